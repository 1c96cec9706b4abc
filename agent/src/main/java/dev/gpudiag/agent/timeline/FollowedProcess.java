package dev.gpudiag.agent.timeline;

import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.Reading;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A process on one GPU, as it was seen until now.
 *
 * @param startTicks with the pid it is unique within a boot
 * @param told whether its coming was recorded
 */
record FollowedProcess(
        GpuIdentity gpu,
        EventProcess process,
        Optional<Long> startTicks,
        Instant firstSeen,
        Instant lastSeen,
        boolean told) {

    /** What names it among those that are there at the same time. */
    record Key(String gpu, long pid) {}

    Key key() {
        return new Key(gpu.key(), process.pid());
    }

    static FollowedProcess seen(GpuIdentity gpu, long pid, Instant now) {
        return new FollowedProcess(gpu, EventProcess.of(pid, Optional.empty()), Optional.empty(), now, now, false);
    }

    /** The same, seen once more; what is not known now stands as it was. */
    FollowedProcess seenAgain(ComputeProcess listed, HostSample host, Instant now) {
        Optional<GpuHolder> holder = host.holder(process.pid());
        OptionalLong used =
                listed.usedMemoryBytes().value().map(OptionalLong::of).orElse(OptionalLong.empty());
        EventProcess known = new EventProcess(
                process.pid(),
                holder.flatMap(found -> found.command().value())
                        .or(listed::name)
                        .or(process::name),
                holder.flatMap(found -> found.user().value()).or(process::user),
                holder.flatMap(GpuHolder::knownWorkload).or(process::workload),
                holder.flatMap(host::startedAt).or(process::startedAt),
                larger(process.peakBytes(), used));
        return new FollowedProcess(gpu, known, ticks(host).or(() -> startTicks), firstSeen, now, told);
    }

    private Optional<Long> ticks(HostSample host) {
        return host.holder(process.pid()).map(GpuHolder::startTicks).flatMap(Reading::value);
    }

    /** Whether the pid is another process's now. */
    boolean isReplaced(HostSample host) {
        return startTicks.isPresent()
                && ticks(host).filter(now -> !now.equals(startTicks.get())).isPresent();
    }

    private static OptionalLong larger(OptionalLong one, OptionalLong other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isPresent() ? one : other;
        }
        return OptionalLong.of(Math.max(one.getAsLong(), other.getAsLong()));
    }

    FollowedProcess asTold() {
        return new FollowedProcess(gpu, process, startTicks, firstSeen, lastSeen, true);
    }
}
