package dev.gpudiag.agent.endpoints;

import java.util.OptionalDouble;
import java.util.function.ObjDoubleConsumer;

/** Reads the samples of a page in Prometheus' text format: names and values; labels are skipped. */
final class PrometheusText {

    /** Characters of a line that are looked at; longer lines are left out. */
    private static final int LINE_LIMIT = 1 << 14;

    private PrometheusText() {}

    /** Gives every sample of {@code page} to {@code samples}; a line that is none is left out. */
    static void read(String page, ObjDoubleConsumer<String> samples) {
        page.lines().filter(line -> line.length() <= LINE_LIMIT).forEach(line -> readLine(line.strip(), samples));
    }

    private static void readLine(String line, ObjDoubleConsumer<String> samples) {
        if (line.isEmpty() || line.charAt(0) == '#') {
            return;
        }
        int name = 0;
        while (name < line.length() && isOfName(line.charAt(name))) {
            name++;
        }
        if (name == 0 || name == line.length()) {
            return;
        }
        int rest = line.charAt(name) == '{' ? afterLabels(line, name) : name;
        if (rest > 0 && rest < line.length()) {
            readSample(line.substring(0, name), line.substring(rest).strip(), samples);
        }
    }

    private static boolean isOfName(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
    }

    /** Where the labels end; quoted values may hold a brace. -1 where they do not. */
    private static int afterLabels(String line, int from) {
        boolean quoted = false;
        for (int i = from; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '}' && !quoted) {
                return i + 1;
            }
        }
        return -1;
    }

    private static void readSample(String name, String rest, ObjDoubleConsumer<String> samples) {
        int end = rest.indexOf(' ');
        OptionalDouble value = number(end < 0 ? rest : rest.substring(0, end));
        value.ifPresent(number -> samples.accept(name, number));
    }

    /** A finite number. */
    private static OptionalDouble number(String text) {
        if (text.isEmpty() || text.length() > 40) {
            return OptionalDouble.empty();
        }
        try {
            double value = Double.parseDouble(text);
            return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }
}
