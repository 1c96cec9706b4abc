package dev.gpudiag.checks.memory;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What half an hour under load says of memory: it must not grow, at a utilization of 40 to 80 %.
 *
 * @param memory whether it grows
 * @param load how busy the GPU was
 * @param growth the growth over the window, where there is enough to tell
 * @param utilization mean of the GPU, 0 to 1, where it was read
 * @param window from the first sample to the last
 */
public record LoadTest(Memory memory, Load load, Optional<Growth> growth, OptionalDouble utilization, Duration window) {

    private static final double HEALTHY_FROM = 0.40;
    private static final double HEALTHY_TO = 0.80;
    private static final double LEAST_GROWTH = 64.0 * (1 << 20);
    private static final Duration LEAST = Duration.ofMinutes(10);

    /** What memory did. */
    public enum Memory {
        DOES_NOT_GROW,
        GROWS,
        TOO_SHORT
    }

    /** How busy the GPU was. */
    public enum Load {
        LOW,
        HEALTHY,
        HIGH,
        NOT_KNOWN
    }

    public LoadTest {
        requireNonNull(memory, "memory is null");
        requireNonNull(load, "load is null");
        requireNonNull(growth, "growth is null");
        requireNonNull(utilization, "utilization is null");
        requireNonNull(window, "window is null");
    }

    /** Reads two series in time order; at least ten minutes without a long gap are needed. */
    public static LoadTest of(List<Sample> used, List<Sample> busy) {
        OptionalDouble utilization = busy.stream().mapToDouble(Sample::value).average();
        if (used.isEmpty()) {
            return new LoadTest(Memory.TOO_SHORT, load(utilization), Optional.empty(), utilization, Duration.ZERO);
        }
        Instant end = used.getLast().at();
        Duration window = Duration.between(used.getFirst().at(), end);
        Optional<Growth> growth = window.compareTo(LEAST) < 0 ? Optional.empty() : Growth.of(used, end, window);
        Memory memory = growth.map(found -> found.isSteady() && found.gained() >= LEAST_GROWTH)
                .map(grows -> grows ? Memory.GROWS : Memory.DOES_NOT_GROW)
                .orElse(Memory.TOO_SHORT);
        return new LoadTest(memory, load(utilization), growth, utilization, window);
    }

    private static Load load(OptionalDouble utilization) {
        if (utilization.isEmpty()) {
            return Load.NOT_KNOWN;
        }
        double mean = utilization.getAsDouble();
        return mean < HEALTHY_FROM ? Load.LOW : mean > HEALTHY_TO ? Load.HIGH : Load.HEALTHY;
    }
}
