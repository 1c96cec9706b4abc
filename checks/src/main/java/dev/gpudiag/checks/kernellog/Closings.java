package dev.gpudiag.checks.kernellog;

import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.RecoveryAction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What ends an error that the kernel log tells: a reboot, a driver that is loaded anew, a reset of the GPU, the driver's own
 * word, or a lost GPU that answers again.
 */
public final class Closings {

    /** A clock that counts from boot and one that is set may differ by so much. */
    private static final Duration CLOCKS = Duration.ofSeconds(5);

    /** What changes slowly is read seldom: a recovery action may be so old. */
    private static final Duration SLOW = Duration.ofMinutes(1);

    private static final int REMAP_FAILURE = 64;

    /** Words of an action that the driver's recovery action speaks of as well. */
    private static final Set<String> RECOVERIES = Set.of("reset", "reboot", "power-cycle");

    private final KernelLog log;
    private final NodeSample sample;
    private final Optional<Instant> bootedAt;

    public Closings(KernelLog log, NodeSample sample) {
        this.log = log;
        this.sample = sample;
        this.bootedAt = sample.driver()
                .get(HostQuantities.UPTIME)
                .value()
                .map(seconds -> sample.takenAt().minusMillis(Math.round(seconds * 1000)));
    }

    /** Why this is over, in words; empty while it is not. */
    public Optional<String> of(Episode episode) {
        LoggedEvent last = episode.last();
        if (isBeforeThisBoot(last)) {
            return Optional.of("the node was rebooted since");
        }
        Optional<String> later = log.events().stream()
                .filter(event -> isAfter(event, last))
                .flatMap(event -> ends(event.event(), episode).stream())
                .findFirst();
        return later.or(() -> gpu(episode).flatMap(gpu -> now(episode, gpu)));
    }

    private boolean isBeforeThisBoot(LoggedEvent event) {
        if (event.boot().isPresent() && log.boot().isPresent()) {
            return !event.boot().equals(log.boot());
        }
        return bootedAt.isPresent()
                && event.at()
                        .filter(at -> at.isBefore(bootedAt.get().minus(CLOCKS)))
                        .isPresent();
    }

    /** Whether this was said in the boot that is running, as far as that can be known. */
    public boolean isOfThisBoot(LoggedEvent event) {
        return !isBeforeThisBoot(event);
    }

    /** By time where both have one, else by their order in the log. */
    private boolean isAfter(LoggedEvent event, LoggedEvent last) {
        if (event.at().isPresent() && last.at().isPresent()) {
            return event.at().get().isAfter(last.at().get());
        }
        return log.events().lastIndexOf(event) > log.events().lastIndexOf(last);
    }

    private static Optional<String> ends(KernelEvent later, Episode episode) {
        boolean sameGpu = later.pciBusId().isPresent()
                && later.pciBusId().equals(episode.key().pciBusId());
        if (later.isDriverLoad()) {
            return Optional.of("the driver was loaded anew since");
        }
        if (sameGpu && later.isReset()) {
            return Optional.of(later.message());
        }
        if (sameGpu && later.recovery().equals(Optional.of(RecoveryAction.NONE))) {
            return Optional.of("the driver says that it needs no recovery any more (Xid 154)");
        }
        return Optional.empty();
    }

    /** The GPU that this is about, where the sample has it. */
    public Optional<GpuSample> gpu(Episode episode) {
        return sample.gpus().stream()
                .filter(gpu -> episode.key().pciBusId().isPresent()
                        && gpu.identity().pciBusId().equals(episode.key().pciBusId()))
                .findFirst();
    }

    /** What the GPU itself says now. */
    private static Optional<String> now(Episode episode, GpuSample gpu) {
        Optional<Instant> last = episode.last().at();
        if (!gpu.condition().isAnswering()
                || last.filter(at -> !gpu.takenAt().isAfter(at)).isPresent()) {
            return Optional.empty();
        }
        boolean wasGone = episode.isXid(Episode.FALLEN_OFF_BUS)
                || episode.spokesman().event().message().contains("RmInitAdapter failed");
        if (wasGone) {
            return Optional.of("the GPU answers now");
        }
        boolean recovers = RECOVERIES.stream()
                .anyMatch(word -> episode.spokesman().event().action().contains(word));
        boolean needsNone = gpu.value(GpuQuantities.RECOVERY_ACTION)
                .flatMap(RecoveryAction::of)
                .filter(action -> action == RecoveryAction.NONE)
                .isPresent();
        boolean isRead =
                last.filter(at -> gpu.takenAt().isBefore(at.plus(SLOW))).isEmpty();
        return recovers && needsNone && isRead && !episode.isXid(REMAP_FAILURE)
                ? Optional.of("the driver asks for no recovery (field 230)")
                : Optional.empty();
    }

    /** The newest recovery action that the log tells of this GPU and boot; empty where it tells none, or that none is needed. */
    public Optional<LoggedEvent> demandedRecovery(Episode episode) {
        List<LoggedEvent> told = log.events().stream()
                .filter(event -> event.event().recovery().isPresent())
                .filter(event -> event.event().pciBusId().equals(episode.key().pciBusId()))
                .filter(event -> !isBeforeThisBoot(event))
                .toList();
        return told.isEmpty() || told.getLast().event().recovery().equals(Optional.of(RecoveryAction.NONE))
                ? Optional.empty()
                : Optional.of(told.getLast());
    }
}
