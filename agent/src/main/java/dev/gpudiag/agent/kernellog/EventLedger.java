package dev.gpudiag.agent.kernellog;

import dev.gpudiag.checks.kernellog.KernelEvent;
import dev.gpudiag.checks.kernellog.KernelEvent.Kind;
import dev.gpudiag.checks.kernellog.LoggedEvent;
import dev.gpudiag.checks.kernellog.XidTotal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The events that are remembered, each once, whoever told it.
 *
 * <p>The same record of the same boot is one event; so is one that two sources tell within two seconds, and an Xid that
 * NVML and the log tell within ten. Holds the newest {@link #LIMIT}; its totals never go down. Not thread-safe.
 */
final class EventLedger {

    /** Events that are held; one takes about half a kilobyte. */
    static final int LIMIT = 1000;

    /** Numbers that are held: more than a kernel's buffer has records about GPUs. */
    private static final int NUMBERS = 20_000;

    private static final Duration OTHER_SOURCE = Duration.ofSeconds(2);
    private static final Duration NVML_AND_LOG = Duration.ofSeconds(10);

    /** A record by its number: the kernel's own in one boot, or that of a line in one log file. */
    private record Numbered(String where, long number) {

        static Optional<Numbered> of(LoggedEvent event) {
            Optional<String> where =
                    event.source().equals(KernelBuffer.DEVICE) ? event.boot() : Optional.of(event.source());
            return event.sequence().isPresent()
                    ? where.map(place -> new Numbered(place, event.sequence().getAsLong()))
                    : Optional.empty();
        }
    }

    private static final Comparator<LoggedEvent> BY_TIME =
            Comparator.comparing(event -> event.at().orElse(Instant.MIN));

    private final List<LoggedEvent> events = new ArrayList<>();
    private final LinkedHashSet<Numbered> numbered = new LinkedHashSet<>();
    private final Set<LoggedEvent> toldByBoth = new HashSet<>();
    private final Map<XidTotal.Key, XidTotal> totals = new LinkedHashMap<>();
    private long version;

    /** Remembers an event; false where it was known. */
    boolean add(LoggedEvent event) {
        if (isKnown(event)) {
            return false;
        }
        events.add(event);
        if (events.size() > 1
                && BY_TIME.compare(events.get(events.size() - 2), event) > 0
                && event.at().isPresent()) {
            events.sort(BY_TIME);
        }
        count(event);
        while (events.size() > LIMIT) {
            toldByBoth.remove(events.removeFirst());
        }
        version++;
        return true;
    }

    private boolean isKnown(LoggedEvent event) {
        if (Numbered.of(event).filter(number -> !numbered.add(number)).isPresent()) {
            return true;
        }
        if (numbered.size() > NUMBERS) {
            numbered.removeFirst();
        }
        for (int i = events.size() - 1; i >= 0; i--) {
            LoggedEvent known = events.get(i);
            if (isLongBefore(known, event)) {
                return false;
            }
            if (isSameText(known, event)) {
                return true;
            }
            if (isSameXid(known, event) && !toldByBoth.contains(known)) {
                LoggedEvent better = known.source().equals(LoggedEvent.NVML) ? event : known;
                events.set(i, better);
                toldByBoth.add(better);
                version++;
                return true;
            }
        }
        return false;
    }

    /** Whether another source tells the same; within one source numbers tell records apart. */
    private static boolean isSameText(LoggedEvent one, LoggedEvent other) {
        KernelEvent event = one.event();
        boolean numberedAlike = one.sequence().isPresent() == other.sequence().isPresent();
        return !(one.source().equals(other.source()) && numberedAlike)
                && isWithin(one, other, OTHER_SOURCE)
                && event.kind() == other.event().kind()
                && event.code().equals(other.event().code())
                && event.pciBusId().equals(other.event().pciBusId())
                && event.pid().equals(other.event().pid())
                && event.message().equals(other.event().message());
    }

    private static boolean isSameXid(LoggedEvent one, LoggedEvent other) {
        return one.source().equals(LoggedEvent.NVML) != other.source().equals(LoggedEvent.NVML)
                && one.event().kind() == Kind.XID
                && other.event().kind() == Kind.XID
                && one.event().code().equals(other.event().code())
                && one.event().pciBusId().equals(other.event().pciBusId())
                && isWithin(one, other, NVML_AND_LOG);
    }

    private static boolean isLongBefore(LoggedEvent one, LoggedEvent other) {
        return one.at().isPresent()
                && other.at().isPresent()
                && one.at().get().isBefore(other.at().get().minus(NVML_AND_LOG));
    }

    private static boolean isWithin(LoggedEvent one, LoggedEvent other, Duration limit) {
        return one.at().isPresent()
                && other.at().isPresent()
                && Duration.between(one.at().get(), other.at().get()).abs().compareTo(limit) <= 0;
    }

    private void count(LoggedEvent event) {
        if (event.event().kind() != Kind.XID) {
            return;
        }
        XidTotal.Key key =
                new XidTotal.Key(event.event().pciBusId(), event.event().code().orElseThrow());
        totals.merge(key, new XidTotal(key, 1, event.at()), (known, one) -> known.plus(event.at()));
    }

    List<LoggedEvent> events() {
        return List.copyOf(events);
    }

    List<XidTotal> totals() {
        return List.copyOf(totals.values());
    }

    /** Changes with each change of what is held. */
    long version() {
        return version;
    }
}
