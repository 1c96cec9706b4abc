package dev.gpudiag.agent.top;

import java.util.Comparator;
import java.util.Optional;
import java.util.function.Function;

/** In which order processes are shown; what is not known comes last, either way round. */
public enum ProcessSort {
    GPU('g', "GPU", by(row -> Optional.of(row.gpu().identity().index()), false)),
    MEMORY('m', "memory", by(row -> row.usedMemoryBytes(), true)),
    SM('u', "utilization", by(row -> row.smUtilizationRatio(), true)),
    PID('p', "pid", by(row -> Optional.of(row.process().pid()), false)),
    USER('n', "user", by(row -> known(row.user()), false)),
    WORKLOAD('w', "workload", by(row -> known(row.workload()), false));

    private final char key;
    private final String title;

    @SuppressWarnings("ImmutableEnumChecker") // a function without state
    private final Function<Boolean, Comparator<ProcessRow>> order;

    ProcessSort(char key, String title, Function<Boolean, Comparator<ProcessRow>> order) {
        this.key = key;
        this.title = title;
        this.order = order;
    }

    char key() {
        return key;
    }

    String title() {
        return title;
    }

    /** The order of rows; ties by GPU, then by memory, the most first, then by pid. */
    Comparator<ProcessRow> comparator(boolean reversed) {
        return order.apply(reversed)
                .thenComparing(GPU.order.apply(false))
                .thenComparing(MEMORY.order.apply(false))
                .thenComparing(PID.order.apply(false));
    }

    private static <V extends Comparable<V>> Function<Boolean, Comparator<ProcessRow>> by(
            Function<ProcessRow, Optional<V>> value, boolean mostFirst) {
        return reversed -> {
            Comparator<V> natural = mostFirst != reversed ? Comparator.reverseOrder() : Comparator.naturalOrder();
            return Comparator.comparing(
                    (ProcessRow row) -> value.apply(row).orElse(null), Comparator.nullsLast(natural));
        };
    }

    private static Optional<String> known(String text) {
        return Optional.of(text).filter(shown -> !shown.equals("-"));
    }
}
