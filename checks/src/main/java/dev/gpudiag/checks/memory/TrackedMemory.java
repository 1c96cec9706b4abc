package dev.gpudiag.checks.memory;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;

/**
 * One subject's memory as an agent follows it.
 *
 * @param startTicks start of the process, in the kernel's ticks since boot; 0 where it is not known
 * @param deviceBytes memory of its GPU, 0 where it is not known
 * @param firstSeen when it was seen first
 * @param lastSeen when it was seen last
 * @param lastBytes what it held then
 * @param detector judges it
 */
public record TrackedMemory(
        GrowthSubject subject,
        long startTicks,
        long deviceBytes,
        Instant firstSeen,
        Instant lastSeen,
        long lastBytes,
        GrowthDetector detector) {

    public TrackedMemory {
        requireNonNull(subject, "subject is null");
        requireNonNull(firstSeen, "firstSeen is null");
        requireNonNull(lastSeen, "lastSeen is null");
        requireNonNull(detector, "detector is null");
    }

    TrackedMemory seen(Instant at, long bytes, long ticks) {
        return new TrackedMemory(subject, ticks == 0 ? startTicks : ticks, deviceBytes, firstSeen, at, bytes, detector);
    }

    /** What a detector is told of a device with so much memory. */
    public static GrowthOptions options(long deviceBytes) {
        return deviceBytes > 0 ? GrowthOptions.standard().deviceBytes(deviceBytes) : GrowthOptions.standard();
    }

    /** How long it has been followed. */
    public Duration span() {
        return Duration.between(firstSeen, lastSeen);
    }
}
