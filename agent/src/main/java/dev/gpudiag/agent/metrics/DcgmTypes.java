package dev.gpudiag.agent.metrics;

import java.nio.charset.StandardCharsets;

/**
 * Gives counters in DCGM's names their type back.
 *
 * <p>dcgm-exporter writes counters that do not end in {@code _total}, which the writer of the text format knows no way to
 * write but as untyped. OpenMetrics forbids such counters: there they stay of unknown type.
 */
final class DcgmTypes {

    private static final String PREFIX = "# TYPE DCGM_";

    private DcgmTypes() {}

    static byte[] restored(MetricsFormat format, byte[] page) {
        if (format != MetricsFormat.TEXT) {
            return page;
        }
        String text = new String(page, StandardCharsets.UTF_8);
        return text.contains(PREFIX)
                ? text.replaceAll("(?m)^(" + PREFIX + "\\w+) untyped$", "$1 counter")
                        .getBytes(StandardCharsets.UTF_8)
                : page;
    }
}
