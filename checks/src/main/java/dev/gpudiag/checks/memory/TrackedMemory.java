package dev.gpudiag.checks.memory;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One subject's memory as an agent follows it.
 *
 * @param startTicks start of the process, in the kernel's ticks since boot; 0 where it is not known
 * @param startedAt when the process began, or the oldest one of a workload; empty where that is not known
 * @param deviceBytes memory of its GPU, 0 where it is not known
 * @param firstSeen when it was seen first
 * @param lastSeen when it was seen last
 * @param lastBytes what it held then
 * @param detector judges it
 */
public record TrackedMemory(
        GrowthSubject subject,
        long startTicks,
        Optional<Instant> startedAt,
        long deviceBytes,
        Instant firstSeen,
        Instant lastSeen,
        long lastBytes,
        GrowthDetector detector) {

    public TrackedMemory {
        requireNonNull(subject, "subject is null");
        requireNonNull(startedAt, "startedAt is null");
        requireNonNull(firstSeen, "firstSeen is null");
        requireNonNull(lastSeen, "lastSeen is null");
        requireNonNull(detector, "detector is null");
    }

    TrackedMemory seen(Instant at, long bytes) {
        return new TrackedMemory(subject, startTicks, startedAt, deviceBytes, firstSeen, at, bytes, detector);
    }

    /** The same, with the start where it was not known before; what was known stands, although a clock is set since. */
    TrackedMemory begun(ProcessStart start) {
        long ticks = startTicks == 0 ? start.ticks() : startTicks;
        if (ticks == startTicks && (startedAt.isPresent() || start.at().isEmpty())) {
            return this;
        }
        if (startedAt.isPresent() || start.at().isEmpty()) {
            return new TrackedMemory(subject, ticks, startedAt, deviceBytes, firstSeen, lastSeen, lastBytes, detector);
        }
        GrowthDetector told = detector.with(options(deviceBytes, start.at()));
        return new TrackedMemory(subject, ticks, start.at(), deviceBytes, firstSeen, lastSeen, lastBytes, told);
    }

    /** What a detector is told of a process that began then, on a device with so much memory; 0 where it is not known. */
    public static GrowthOptions options(long deviceBytes, Optional<Instant> startedAt) {
        GrowthOptions options = GrowthOptions.standard();
        GrowthOptions sized = deviceBytes > 0 ? options.deviceBytes(deviceBytes) : options;
        return startedAt.map(sized::startedAt).orElse(sized);
    }

    /** How long it has been followed. */
    public Duration span() {
        return Duration.between(firstSeen, lastSeen);
    }
}
