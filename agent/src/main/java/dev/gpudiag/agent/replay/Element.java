package dev.gpudiag.agent.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An XML element with its text and children; mutable only while it is parsed. */
final class Element {

    private final String name;
    private final Map<String, String> attributes = new TreeMap<>();
    private final List<Element> children = new ArrayList<>(0);
    private String text = "";

    Element(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    /** The text without blanks around it; of an element with children, what stands between them. */
    String text() {
        return text.strip();
    }

    Map<String, String> attributes() {
        return attributes;
    }

    List<Element> children() {
        return children;
    }

    List<Element> children(String childName) {
        return children.stream().filter(child -> child.name.equals(childName)).toList();
    }

    /** The first element at a path such as {@code fb_memory_usage/total}. */
    Optional<Element> find(String path) {
        int slash = path.indexOf('/');
        String first = slash < 0 ? path : path.substring(0, slash);
        for (Element child : children) {
            if (child.name.equals(first)) {
                return slash < 0 ? Optional.of(child) : child.find(path.substring(slash + 1));
            }
        }
        return Optional.empty();
    }

    void append(String more) {
        text = text.isEmpty() ? more : text + more;
    }
}
