package dev.gpudiag.agent.replay;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;

/** The real captures beside the checkout, and a reading of them that shares nothing with the product's. */
final class Captures {

    private Captures() {}

    static Path folder() {
        return Path.of(System.getProperty("gpudiag.shared", "../shared"), "captures");
    }

    /** All captures of nvidia-smi -q -x; the test is skipped where they are not there. */
    static Stream<Path> files() throws IOException {
        Path xml = folder().resolve("nvidia-smi-xml");
        assumeTrue(Files.isDirectory(xml), "skipped: no captures at " + xml);
        try (Stream<Path> files = Files.list(xml)) {
            return files.filter(file -> file.toString().endsWith(".xml")).sorted().toList().stream();
        }
    }

    static Element document(Path file) throws Exception {
        DocumentBuilder builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        builder.setEntityResolver((publicId, systemId) -> new InputSource(new StringReader("")));
        builder.setErrorHandler(null);
        Document document = builder.parse(file.toFile());
        return document.getDocumentElement();
    }

    static List<Element> gpus(Element log) {
        return children(log, "gpu");
    }

    static List<Element> children(Element parent, String name) {
        List<Element> found = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && element.getTagName().equals(name)) {
                found.add(element);
            }
        }
        return found;
    }

    /** The text at a path, empty where the element is not there. */
    static Optional<String> text(Element parent, String path) {
        Element element = parent;
        for (String name : path.split("/", -1)) {
            List<Element> found = children(element, name);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            element = found.getFirst();
        }
        return Optional.of(element.getTextContent().strip());
    }

    /** The rows of a CSV file without its header, quotes taken off. */
    static List<List<String>> csv(Path file) throws IOException {
        return csv(Files.readAllLines(file));
    }

    static List<List<String>> csv(List<String> lines) {
        return lines.stream()
                .skip(1)
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(Captures::fields)
                .toList();
    }

    private static List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                field.append('"');
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        return fields;
    }
}
