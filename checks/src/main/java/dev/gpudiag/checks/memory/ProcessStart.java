package dev.gpudiag.checks.memory;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.HostSample;
import java.time.Instant;
import java.util.Optional;

/**
 * When a process began.
 *
 * @param ticks in the kernel's ticks since boot, which tell one process from another; 0 where they are not known
 * @param at the same on the clock, to a second or two; empty where it is not known
 */
record ProcessStart(long ticks, Optional<Instant> at) {

    static final ProcessStart UNKNOWN = new ProcessStart(0, Optional.empty());

    ProcessStart {
        requireNonNull(at, "at is null");
    }

    static ProcessStart of(GpuHolder holder, HostSample host) {
        return new ProcessStart(holder.startTicks().value().orElse(0L), host.startedAt(holder));
    }

    /** That of a group of processes: when its oldest began, which is not known where one start is not. */
    ProcessStart orEarlier(ProcessStart other) {
        return new ProcessStart(0, at.flatMap(one -> other.at.map(two -> one.isBefore(two) ? one : two)));
    }

    /** The time alone: ticks that change do not make a group another one. */
    ProcessStart ofGroup() {
        return new ProcessStart(0, at);
    }
}
