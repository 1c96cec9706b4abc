package dev.gpudiag.agent.report;

import java.util.Locale;

/** Writes SVG elements; every text is made printable ASCII and escaped. Not thread-safe. */
final class SvgText {

    private final StringBuilder svg = new StringBuilder();

    /** A filled rectangle with a text that shows when the pointer rests on it. */
    void rectangle(String kind, double x, double y, double width, double height, String title) {
        svg.append(String.format(
                Locale.ROOT,
                "<rect class=\"%s\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"><title>%s</title></rect>%n",
                kind,
                x,
                y,
                width,
                height,
                escaped(title)));
    }

    /** A frame around a rectangle, which the pointer does not meet. */
    void outline(double x, double y, double width, double height) {
        svg.append(String.format(
                Locale.ROOT,
                "<rect class=\"outline\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"/>%n",
                x,
                y,
                width,
                height));
    }

    void text(String kind, double x, double y, String text) {
        svg.append(String.format(
                Locale.ROOT, "<text class=\"%s\" x=\"%.2f\" y=\"%.2f\">%s</text>%n", kind, x, y, escaped(text)));
    }

    private static String escaped(String text) {
        return text.lines()
                .map(line -> Printable.ascii(line)
                        .replace("&", "&amp;")
                        .replace("<", "&lt;")
                        .replace(">", "&gt;")
                        .replace("\"", "&quot;"))
                .reduce((one, next) -> one + "&#10;" + next)
                .orElse("");
    }

    @Override
    public String toString() {
        return svg.toString();
    }
}
