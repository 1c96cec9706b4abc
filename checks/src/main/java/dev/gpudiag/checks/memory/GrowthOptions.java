package dev.gpudiag.checks.memory;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a {@link GrowthDetector} knows of its process before the first sample.
 *
 * @param startedAt when the process began; empty where it is not known: then warm-up counts from the first sample
 * @param deviceBytes memory of the GPU or MIG instance; growth below half a thousandth of it is not looked at
 * @param leastGrowthBytes growth below this is not looked at
 * @param warmUp first part of the process's life that is not judged
 */
public record GrowthOptions(
        Optional<Instant> startedAt, OptionalLong deviceBytes, long leastGrowthBytes, Duration warmUp) {

    private static final long MIB = 1 << 20;
    private static final Duration WARM_UP = Duration.ofMinutes(20);

    public GrowthOptions {
        requireNonNull(startedAt);
        requireNonNull(deviceBytes);
        if (leastGrowthBytes <= 0 || warmUp.isNegative() || deviceBytes.orElse(1) <= 0) {
            throw new IllegalArgumentException("growth and device must be above 0 bytes, warm-up not negative");
        }
    }

    /** 64 MiB at least, 20 minutes of warm-up, nothing known of process and device. */
    public static GrowthOptions standard() {
        return new GrowthOptions(Optional.empty(), OptionalLong.empty(), 64 * MIB, WARM_UP);
    }

    public GrowthOptions startedAt(Instant start) {
        return new GrowthOptions(Optional.of(start), deviceBytes, leastGrowthBytes, warmUp);
    }

    public GrowthOptions deviceBytes(long bytes) {
        return new GrowthOptions(startedAt, OptionalLong.of(bytes), leastGrowthBytes, warmUp);
    }

    /** Growth in bytes below which nothing is said. */
    double threshold() {
        return Math.max((double) leastGrowthBytes, (double) deviceBytes.orElse(0) / 2000);
    }
}
