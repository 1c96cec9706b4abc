package dev.gpudiag.agent.replay;

import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Parses the XML of a capture into elements: no DTD is loaded, no entity is expanded, depth and counts are bounded.
 *
 * <p>Reading ends with the root's end tag, so that a shell prompt pasted after it does no harm.
 */
final class CaptureParser {

    static final String ROOT = "nvidia_smi_log";

    private static final int MAX_DEPTH = 32;
    private static final int MAX_ELEMENTS = 500_000;
    private static final int MAX_GPUS = 1_024;
    private static final int MAX_TEXT = 16 * 1024;

    private final String file;
    private final Predicate<String> skipped;

    /** @param skipped says of a path under the root whether nothing below it is wanted */
    CaptureParser(String file, Predicate<String> skipped) {
        this.file = file;
        this.skipped = skipped;
    }

    Element parse(String xml) throws ReplayException {
        try {
            XMLStreamReader reader = factory().createXMLStreamReader(new StringReader(xml));
            try {
                return read(reader);
            } finally {
                reader.close();
            }
        } catch (XMLStreamException e) {
            throw new ReplayException(file + where(e) + ": not well-formed XML: " + reason(e), e);
        }
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        factory.setXMLResolver((publicId, systemId, base, namespace) -> {
            throw new XMLStreamException("refers to " + systemId + ", which is not loaded");
        });
        return factory;
    }

    private Element read(XMLStreamReader reader) throws XMLStreamException, ReplayException {
        Deque<Element> open = new ArrayDeque<>();
        Deque<String> paths = new ArrayDeque<>();
        int elements = 0;
        int gpus = 0;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    Element element = element(reader);
                    if (open.isEmpty()) {
                        requireRoot(element);
                        paths.push("");
                    } else {
                        gpus += open.size() == 1 && element.name().equals("gpu") ? 1 : 0;
                        paths.push(join(paths.peek(), element.name()));
                        open.peek().children().add(element);
                    }
                    open.push(element);
                    limit(++elements, MAX_ELEMENTS, "elements", reader);
                    limit(gpus, MAX_GPUS, "gpu elements", reader);
                    limit(open.size(), MAX_DEPTH, "levels of elements", reader);
                    if (skipped.test(paths.peek())) {
                        skipContent(reader);
                        paths.pop();
                        open.pop();
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    Element closed = open.pop();
                    paths.pop();
                    if (open.isEmpty()) {
                        return closed;
                    }
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> addText(reader, open.peek());
                case XMLStreamConstants.ENTITY_REFERENCE -> throw entity(reader);
                default -> {}
            }
        }
        throw new ReplayException(file + ": ends before </" + ROOT + ">");
    }

    private static String join(String parent, String name) {
        return parent.isEmpty() ? name : parent + "/" + name;
    }

    private static Element element(XMLStreamReader reader) {
        Element element = new Element(reader.getLocalName());
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            element.attributes().put(reader.getAttributeLocalName(i), reader.getAttributeValue(i));
        }
        return element;
    }

    private void requireRoot(Element element) throws ReplayException {
        if (!element.name().equals(ROOT)) {
            throw new ReplayException(file + ": the root element is <" + element.name() + ">, not <" + ROOT
                    + ">: this is not the output of nvidia-smi -q -x");
        }
    }

    private void addText(XMLStreamReader reader, Element element) throws ReplayException {
        if (element == null || reader.isWhiteSpace()) {
            return;
        }
        element.append(reader.getText());
        limit(element.text().length(), MAX_TEXT, "characters in <" + element.name() + ">", reader);
    }

    private void skipContent(XMLStreamReader reader) throws XMLStreamException, ReplayException {
        int depth = 1;
        while (depth > 0 && reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> limit(++depth, MAX_DEPTH, "levels of elements", reader);
                case XMLStreamConstants.END_ELEMENT -> depth--;
                case XMLStreamConstants.ENTITY_REFERENCE -> throw entity(reader);
                default -> {}
            }
        }
    }

    private ReplayException entity(XMLStreamReader reader) {
        return new ReplayException(file + " line " + reader.getLocation().getLineNumber() + ": refers to the entity &"
                + reader.getLocalName() + "; which no capture holds");
    }

    private void limit(int count, int most, String what, XMLStreamReader reader) throws ReplayException {
        if (count > most) {
            throw new ReplayException(file + " line " + reader.getLocation().getLineNumber() + ": more than " + most
                    + " " + what + ": this is not the output of nvidia-smi -q -x");
        }
    }

    private static String where(XMLStreamException e) {
        return e.getLocation() == null || e.getLocation().getLineNumber() < 1
                ? ""
                : " line " + e.getLocation().getLineNumber();
    }

    /** The parser's words without the position that it puts before them. */
    private static String reason(XMLStreamException e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        int start = message.indexOf("Message: ");
        return (start < 0 ? message : message.substring(start + "Message: ".length())).strip();
    }
}
