package dev.gpudiag.agent.timeline;

import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.kernellog.KernelEvent;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.kernellog.LoggedEvent;
import dev.gpudiag.telemetry.GpuIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Tells each event of the kernel log once, also where the kernel or another source tells it again after a restart.
 *
 * <p>Not thread-safe.
 */
final class KernelWatch {

    /** Events that are known at most: more than a log holds. */
    private static final int LIMIT = 3000;

    private static final Duration SAME_WORDS = Duration.ofSeconds(2);
    private static final Duration NVML_AND_LOG = Duration.ofSeconds(10);

    private final Deque<TimelineEvent> told = new ArrayDeque<>();
    private List<LoggedEvent> last = List.of();
    private Set<LoggedEvent> known = Set.of();

    /** Knows what earlier agents have told. */
    void resume(List<TimelineEvent> before) {
        before.stream()
                .filter(event -> event.kind() == TimelineEvent.Kind.XID || isKernels(event))
                .forEach(this::keep);
    }

    private static boolean isKernels(TimelineEvent event) {
        return event.kind() == TimelineEvent.Kind.KERNEL
                || event.action().equals(LOADED)
                || event.action().equals(RESET);
    }

    static final String LOADED = "loaded";
    static final String RESET = "reset";

    private void keep(TimelineEvent event) {
        told.addLast(event);
        if (told.size() > LIMIT) {
            told.removeFirst();
        }
    }

    /**
     * What the log says that it did not say before.
     *
     * @param oldest what was before is history nobody keeps
     */
    List<TimelineEvent> see(
            KernelLog log,
            Instant oldest,
            Function<String, Optional<GpuIdentity>> gpus,
            BiFunction<Long, Instant, Optional<EventProcess>> processes) {
        if (log.events().equals(last)) {
            return List.of();
        }
        last = log.events();
        List<TimelineEvent> events = new ArrayList<>();
        for (LoggedEvent logged : last) {
            if (known.contains(logged)
                    || logged.at().isEmpty()
                    || logged.at().get().isBefore(oldest)) {
                continue; // without a time it has no place on a timeline
            }
            TimelineEvent event = event(logged, gpus, processes);
            if (told.stream().noneMatch(before -> isSame(before, event))) {
                keep(event);
                events.add(event);
            }
        }
        known = new HashSet<>(last);
        return events;
    }

    private static boolean isSame(TimelineEvent one, TimelineEvent other) {
        boolean bothNumbered = one.sequence().isPresent()
                && other.sequence().isPresent()
                && one.boot().isPresent()
                && one.boot().equals(other.boot());
        if (bothNumbered) {
            return one.sequence().equals(other.sequence());
        }
        boolean alike = one.kind() == other.kind()
                && one.subject().equals(other.subject())
                && address(one).equals(address(other));
        Duration apart = Duration.between(one.at(), other.at()).abs();
        boolean oneOfNvml = one.sequence().isEmpty() != other.sequence().isEmpty();
        boolean sameWords = isSameText(one, other) && apart.compareTo(SAME_WORDS) <= 0;
        boolean byNvmlToo = oneOfNvml && one.kind() == TimelineEvent.Kind.XID && apart.compareTo(NVML_AND_LOG) <= 0;
        return alike && (sameWords || byNvmlToo);
    }

    /** A process that was known once need not be known again, so that the whole text says nothing of an Xid. */
    private static boolean isSameText(TimelineEvent one, TimelineEvent other) {
        return one.kind() == TimelineEvent.Kind.XID
                ? one.process().map(EventProcess::pid).equals(other.process().map(EventProcess::pid))
                : one.text().equals(other.text());
    }

    private static Optional<String> address(TimelineEvent event) {
        return event.gpu().flatMap(GpuIdentity::pciBusId);
    }

    private static TimelineEvent event(
            LoggedEvent logged,
            Function<String, Optional<GpuIdentity>> gpus,
            BiFunction<Long, Instant, Optional<EventProcess>> processes) {
        KernelEvent event = logged.event();
        Instant at = logged.at().orElseThrow();
        Optional<EventProcess> process = Optional.empty();
        if (event.pid().isPresent()) {
            long pid = event.pid().getAsLong();
            process = processes.apply(pid, at).or(() -> Optional.of(EventProcess.of(pid, event.process())));
        }
        Optional<GpuIdentity> gpu = event.pciBusId()
                .map(address -> gpus.apply(address)
                        .orElse(new GpuIdentity(-1, Optional.empty(), Optional.of(address), Optional.empty())));
        String who = process.map(found -> "; " + found.describe()).orElse("");
        return TimelineEvent.of(at, kind(event), action(event), severity(event), text(event) + who)
                .about(subject(event))
                .onGpu(gpu)
                .ofProcess(process)
                .fromRecord(logged.boot(), logged.sequence());
    }

    private static Status severity(KernelEvent event) {
        return event.isDriverLoad() || event.isReset() ? Status.INFO : event.severity();
    }

    private static TimelineEvent.Kind kind(KernelEvent event) {
        if (event.isDriverLoad()) {
            return TimelineEvent.Kind.DRIVER;
        }
        if (event.isReset()) {
            return TimelineEvent.Kind.GPU;
        }
        return switch (event.kind()) {
            case XID, SXID -> TimelineEvent.Kind.XID;
            case BUS_LOSS, OTHER -> TimelineEvent.Kind.KERNEL;
        };
    }

    private static String action(KernelEvent event) {
        if (event.isDriverLoad()) {
            return LOADED;
        }
        return event.isReset() ? RESET : "logged";
    }

    private static String subject(KernelEvent event) {
        return switch (event.kind()) {
            case XID -> "xid " + event.code().orElseThrow();
            case SXID -> "sxid " + event.code().orElseThrow();
            case BUS_LOSS -> "bus loss";
            case OTHER -> "kernel";
        };
    }

    private static String text(KernelEvent event) {
        String words = event.message().isEmpty() ? event.action() : event.message();
        return switch (event.kind()) {
            case XID -> "Xid " + event.code().orElseThrow() + ": " + words;
            case SXID -> "SXid " + event.code().orElseThrow() + ": " + words;
            case BUS_LOSS, OTHER -> words;
        };
    }
}
