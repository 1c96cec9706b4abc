package dev.gpudiag.agent.metrics;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * Where the metric families of a written page begin and end, so that some of them can be handed out alone.
 *
 * <p>Formats escape line feeds in texts and labels, so that nothing but a family starts a line with a number sign.
 */
final class FamilyIndex {

    private final MetricsFormat format;
    private final byte[] page;
    private final Map<String, int[]> ranges;

    private FamilyIndex(MetricsFormat format, byte[] page, Map<String, int[]> ranges) {
        this.format = format;
        this.page = page;
        this.ranges = ranges;
    }

    static FamilyIndex of(MetricsFormat format, byte[] page) {
        byte[] start = format.familyStart().getBytes(StandardCharsets.US_ASCII);
        Map<String, int[]> ranges = new HashMap<>();
        int[] last = null;
        int end = page.length - format.end().length;
        for (int line = 0; line < end; line = nextLine(page, line)) {
            if (startsWith(page, line, start)) {
                if (last != null) {
                    last[1] = line;
                }
                last = new int[] {line, end};
                ranges.put(name(page, line + start.length), last);
            }
        }
        return new FamilyIndex(format, page, ranges);
    }

    private static int nextLine(byte[] page, int from) {
        int i = from;
        while (i < page.length && page[i] != '\n') {
            i++;
        }
        return i + 1;
    }

    private static boolean startsWith(byte[] page, int at, byte[] start) {
        for (int i = 0; i < start.length; i++) {
            if (at + i >= page.length || page[at + i] != start[i]) {
                return false;
            }
        }
        return true;
    }

    private static String name(byte[] page, int from) {
        int to = from;
        while (to < page.length && page[to] != ' ' && page[to] != '\n') {
            to++;
        }
        return new String(page, from, to - from, StandardCharsets.US_ASCII);
    }

    /** The families of these names, each once, in the order of the alphabet; of names that are not there, nothing. */
    byte[] select(Collection<String> names) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TreeSet<Integer> written = new TreeSet<>();
        for (String name : new TreeSet<>(names)) {
            int[] range = find(name);
            if (range != null && written.add(range[0])) {
                out.write(page, range[0], range[1] - range[0]);
            }
        }
        out.writeBytes(format.end());
        return out.toByteArray();
    }

    /** By the name of the series or of the family: a counter's lacks its {@code _total} in OpenMetrics. */
    private int[] find(String name) {
        for (String suffix : new String[] {"", "_total", "_info"}) {
            int[] range = ranges.get(name + suffix);
            if (range == null && !suffix.isEmpty() && name.endsWith(suffix)) {
                range = ranges.get(name.substring(0, name.length() - suffix.length()));
            }
            if (range != null) {
                return range;
            }
        }
        return null;
    }
}
