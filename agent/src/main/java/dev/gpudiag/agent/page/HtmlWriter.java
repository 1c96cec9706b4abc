package dev.gpudiag.agent.page;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * Writes one HTML document: elements are closed by the block that opened them, and every text and attribute value is made
 * visible and escaped. There is no way to write markup that came from outside.
 *
 * <p>Names of elements and attributes are the page's own words and are held against the few that it uses: no script, no
 * style, no event handler. Not thread-safe.
 */
final class HtmlWriter {

    /** The longest text of one element: twice what the longest of a finding's own texts has. */
    static final int LONGEST_TEXT = 800;

    /** The longest sentence of a heading. */
    static final int LONGEST_HEADING = 300;

    /** The longest name of a process, pod or container. */
    static final int LONGEST_NAME = 120;

    private static final String SPECIAL = "&<>\"'";
    private static final Set<String> ELEMENTS = Set.of(
            "a", "article", "bdi", "caption", "dd", "details", "div", "dl", "dt", "footer", "h1", "h2", "h3", "header",
            "li", "line", "main", "ol", "p", "path", "section", "span", "summary", "svg", "table", "tbody", "td", "th",
            "thead", "title", "tr", "ul");
    private static final Set<String> ATTRIBUTES = Set.of(
            "aria-hidden",
            "aria-label",
            "aria-labelledby",
            "class",
            "d",
            "href",
            "id",
            "open",
            "preserveAspectRatio",
            "role",
            "scope",
            "viewBox",
            "x1",
            "x2",
            "y1",
            "y2");

    private final StringBuilder html;
    private final Deque<String> open = new ArrayDeque<>();

    /** An element that ends with the block that it was opened for. */
    @FunctionalInterface
    interface Element extends AutoCloseable {
        @Override
        void close();
    }

    /** @param expectedLength characters that the document will have, about */
    HtmlWriter(int expectedLength) {
        html = new StringBuilder(expectedLength);
    }

    /**
     * Opens an element.
     *
     * @param attributes names and values in turn
     */
    Element open(String element, String... attributes) {
        tag(element, attributes);
        open.push(element);
        return this::close;
    }

    private void close() {
        html.append("</").append(open.pop()).append('>');
    }

    /** An element with nothing but a text. */
    HtmlWriter element(String element, String text, String... attributes) {
        tag(element, attributes);
        text(text);
        html.append("</").append(element).append(">");
        return this;
    }

    /** A name from outside, cut, and set apart so that its direction of writing does not reach what stands around it. */
    HtmlWriter name(String name) {
        html.append("<bdi>").append(escaped(VisibleText.of(name, LONGEST_NAME))).append("</bdi>");
        return this;
    }

    /** The sentence of a heading. */
    HtmlWriter sentence(String sentence) {
        return element("span", VisibleText.of(sentence, LONGEST_HEADING), "class", "sentence");
    }

    HtmlWriter text(String text) {
        html.append(escaped(VisibleText.of(text, LONGEST_TEXT)));
        return this;
    }

    private void tag(String element, String... attributes) {
        if (!ELEMENTS.contains(element) || attributes.length % 2 != 0) {
            throw new IllegalArgumentException("not an element of this page: " + element);
        }
        html.append('<').append(element);
        for (int i = 0; i < attributes.length; i += 2) {
            if (!ATTRIBUTES.contains(attributes[i])) {
                throw new IllegalArgumentException("not an attribute of this page: " + attributes[i]);
            }
            html.append(' ').append(attributes[i]).append("=\"").append(value(attributes[i], attributes[i + 1]));
            html.append('"');
        }
        html.append('>');
    }

    /** A path of an SVG may be long, and has no letters from outside. */
    private static String value(String attribute, String value) {
        return attribute.equals("d") ? escaped(value) : escaped(VisibleText.of(value, LONGEST_TEXT));
    }

    private static String escaped(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (SPECIAL.indexOf(text.charAt(i)) >= 0) {
                return text.replace("&", "&amp;")
                        .replace("<", "&lt;")
                        .replace(">", "&gt;")
                        .replace("\"", "&quot;")
                        .replace("'", "&#39;");
            }
        }
        return text;
    }

    /** The document; every element must have been closed. */
    @Override
    public String toString() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("not closed: " + open);
        }
        return html.toString();
    }
}
