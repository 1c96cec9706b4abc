package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.trace.WatchedMemory.Name;
import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.memory.LoadTest;
import java.util.Locale;
import java.util.Map;

/** The reading of a load test, as text and as JSON. */
public final class LoadTestText {

    private static final double HOUR = 3600;

    private LoadTestText() {}

    public static String of(Map<Name, LoadTest> tests) {
        StringBuilder text = new StringBuilder("Load test (memory must not grow, utilization 40 to 80 %):\n");
        tests.forEach((name, test) -> text.append("  gpu ")
                .append(Printable.cut(name.gpu(), 60))
                .append(name.pid().isPresent() ? " pid " + name.pid().getAsLong() : "")
                .append(": ")
                .append(memory(test))
                .append("; ")
                .append(load(test))
                .append('\n'));
        return text.toString();
    }

    private static String memory(LoadTest test) {
        String window = Amounts.duration(test.window());
        return switch (test.memory()) {
            case DOES_NOT_GROW -> "memory does not grow in " + window;
            case GROWS ->
                "memory GROWS steadily, by "
                        + Amounts.bytes(test.growth().orElseThrow().perSecond() * HOUR) + "/h over " + window
                        + "; a cache that fills looks the same, 3 h and more tell them apart";
            case TOO_SHORT -> "too short to tell: " + window + ", 10 m without a gap are needed";
        };
    }

    private static String load(LoadTest test) {
        return switch (test.load()) {
            case NOT_KNOWN -> "utilization not known";
            case LOW -> "utilization " + percent(test) + ", less than a load test needs";
            case HEALTHY -> "utilization " + percent(test) + ", healthy";
            case HIGH -> "utilization " + percent(test) + ", no reserve";
        };
    }

    private static String percent(LoadTest test) {
        return Amounts.percent(test.utilization().orElseThrow());
    }

    /** {@code load_tests: [{gpu, pid, memory, load, utilization_ratio, window_seconds}]}. */
    public static void json(ObjectNode root, Map<Name, LoadTest> tests) {
        ArrayNode list = root.putArray("load_tests");
        tests.forEach((name, test) -> {
            ObjectNode node = list.addObject().put("gpu", name.gpu());
            name.pid().ifPresentOrElse(pid -> node.put("pid", pid), () -> node.putNull("pid"));
            node.put("memory", test.memory().name().toLowerCase(Locale.ROOT));
            node.put("load", test.load().name().toLowerCase(Locale.ROOT));
            test.utilization()
                    .ifPresentOrElse(
                            ratio -> node.put("utilization_ratio", ratio), () -> node.putNull("utilization_ratio"));
            node.put("window_seconds", test.window().toSeconds());
        });
    }
}
