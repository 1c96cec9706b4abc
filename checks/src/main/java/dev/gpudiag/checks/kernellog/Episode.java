package dev.gpudiag.checks.kernellog;

import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.kernellog.KernelEvent.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * All that was said of one GPU (or switch, or the node) under one number, as one thing.
 *
 * @param key what is told together
 * @param events oldest first, at least one
 * @param bursts how many times it came, where what comes within a minute counts as once
 * @param followers events that it brought about, such as the Xid 45 of each program that ended with it
 */
public record Episode(Key key, List<LoggedEvent> events, int bursts, List<LoggedEvent> followers) {

    /** Xid of a GPU that has fallen off the bus; the message without a number counts as the same. */
    public static final int FALLEN_OFF_BUS = 79;

    /**
     * What is told together.
     *
     * @param topic tells messages without a number apart
     */
    public record Key(Kind kind, OptionalInt code, Optional<String> pciBusId, OptionalInt gpuInstance, String topic) {

        static Key of(KernelEvent event) {
            return switch (event.kind()) {
                case XID -> new Key(Kind.XID, event.code(), event.pciBusId(), event.gpuInstance(), "");
                case SXID -> new Key(Kind.SXID, event.code(), event.pciBusId(), OptionalInt.empty(), "");
                case BUS_LOSS ->
                    new Key(Kind.XID, OptionalInt.of(FALLEN_OFF_BUS), event.pciBusId(), OptionalInt.empty(), "");
                case OTHER ->
                    new Key(Kind.OTHER, OptionalInt.empty(), event.pciBusId(), OptionalInt.empty(), event.action());
            };
        }
    }

    public Episode {
        events = List.copyOf(events);
        followers = List.copyOf(followers);
    }

    /** The one that speaks for all: the worst, of equals the last; of recovery actions the last, which replaces the others. */
    public LoggedEvent spokesman() {
        if (events.getLast().event().recovery().isPresent()) {
            return events.getLast();
        }
        LoggedEvent worst = events.getFirst();
        for (LoggedEvent event : events) {
            if (!worst.event().severity().isWorseThan(event.event().severity())) {
                worst = event;
            }
        }
        return worst;
    }

    public LoggedEvent last() {
        return events.getLast();
    }

    /** How bad it is by itself, if it is not over. */
    public Status severity() {
        return spokesman().event().severity();
    }

    /** How often it came; a message that only repeats an Xid in words is not counted. */
    public int times() {
        long numbered = events.stream()
                .filter(event -> event.event().kind() == key.kind())
                .count();
        return numbered == 0 ? events.size() : Math.toIntExact(numbered);
    }

    /** Whether this is the Xid of that number. */
    public boolean isXid(int number) {
        return key.kind() == Kind.XID && key.code().equals(OptionalInt.of(number));
    }

    /** The boots in which it came, as far as they are known. */
    public Set<String> boots() {
        return events.stream().flatMap(event -> event.boot().stream()).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The processes that the driver named since an instant, each as boot and pid. */
    public Set<String> processesSince(Instant from) {
        return events.stream()
                .filter(event -> event.event().pid().isPresent())
                .filter(event -> event.at().filter(at -> !at.isBefore(from)).isPresent())
                .map(event ->
                        event.boot().orElse("") + " " + event.event().pid().getAsLong())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Time since it came last, where the log tells it. */
    public Optional<Duration> age(Instant now) {
        return last().age(now);
    }
}
