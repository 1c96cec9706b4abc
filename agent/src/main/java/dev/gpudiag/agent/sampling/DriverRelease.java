package dev.gpudiag.agent.sampling;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Whether the agent may hold the driver, or has to let go of it for a while so that somebody can reset, reconfigure or
 * replace it.
 *
 * <p>An order ends by itself, measured on the clock that does not jump. One that gpudiag gives itself neither shortens nor
 * hides one of a user. Thread-safe: any thread orders, the sampler obeys.
 */
public final class DriverRelease {

    public static final Duration SHORTEST = Duration.ofSeconds(1);
    public static final Duration LONGEST = Duration.ofHours(24);

    /** After a user has ended a release, how long gpudiag gives no order to itself. */
    private static final Duration WANTED_BACK = Duration.ofMinutes(1);

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
    private static final DateTimeFormatter DAY_AND_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    private final NodeClock clock;
    private final ZoneId zone;
    private Optional<Order> order = Optional.empty();
    private Optional<String> held = Optional.empty();
    private boolean holding = true;
    private long endedAt;
    private boolean ended;
    private Runnable nudge = () -> {};

    private record Order(long until, String why, boolean byItself) {}

    /** Whether the agent has the driver open. */
    public enum Hold {
        /** It has, or may open it at any time. */
        HELD,
        /** It was told to let go, and is about to, or a call has not returned. */
        LETTING_GO,
        /** No handle is open. */
        RELEASED
    }

    /**
     * How things stand.
     *
     * @param text one line for a person, such as {@code released until 12:34:56 by root (uid 0)}
     * @param until when the driver is taken again by itself, by the node's own clock
     */
    public record State(Hold hold, String text, Optional<Instant> until) {
        public State {
            requireNonNull(hold, "hold is null");
            requireNonNull(text, "text is null");
            requireNonNull(until, "until is null");
        }
    }

    /** @param zone in which times are told */
    public DriverRelease(NodeClock clock, ZoneId zone) {
        this.clock = clock;
        this.zone = zone;
    }

    /** Has {@code nudge} called after each order, so that it is obeyed before the next round. */
    public synchronized void onOrder(Runnable nudge) {
        this.nudge = nudge;
    }

    /**
     * Lets go for this long; an order of a user replaces the one before.
     *
     * @param by who asks, such as {@code root (uid 0)}
     * @throws IllegalArgumentException with a sentence for a duration that is not within the bounds
     */
    public State release(Duration length, String by) {
        if (length.compareTo(SHORTEST) < 0 || length.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("a release takes from 1s to 24h");
        }
        return order(new Order(clock.nanos() + length.toNanos(), "by " + by, false));
    }

    /**
     * Lets go because something else seems to need it, which is seen again and again while it lasts.
     *
     * @param reason such as {@code modprobe -r nvidia (pid 4711)}
     * @return whether there is such a release now
     */
    public boolean releaseByItself(Duration length, String reason) {
        long now = clock.nanos();
        synchronized (this) {
            boolean byUser = inForce().filter(present -> !present.byItself()).isPresent();
            if (byUser || (ended && now - endedAt < WANTED_BACK.toNanos())) {
                return byUser;
            }
        }
        order(new Order(now + length.toNanos(), "by itself: " + reason, true));
        return true;
    }

    private State order(Order given) {
        Runnable told;
        State state;
        synchronized (this) {
            order = Optional.of(given);
            state = state();
            told = nudge;
        }
        told.run();
        return state;
    }

    /** Takes the driver again at once. */
    public State end() {
        Runnable told;
        State state;
        synchronized (this) {
            if (inForce().isPresent()) {
                ended = true;
                endedAt = clock.nanos();
            }
            order = Optional.empty();
            notifyAll();
            state = state();
            told = nudge;
        }
        told.run();
        return state;
    }

    /** How things stand now. */
    public synchronized State state() {
        Optional<Order> now = inForce();
        if (now.isEmpty()) {
            return new State(Hold.HELD, "not released", Optional.empty());
        }
        Instant until = until(now.get());
        return holding
                ? new State(
                        Hold.LETTING_GO,
                        "letting go until " + text(until) + " " + now.get().why()
                                + held.map(call -> ": waits for " + call).orElse(""),
                        Optional.of(until))
                : new State(
                        Hold.RELEASED,
                        "released until " + text(until) + " " + now.get().why(),
                        Optional.of(until));
    }

    /** How things stand once no handle is open, or after {@code limit} at the latest. */
    public synchronized State awaitLetGo(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        for (long left = limit.toNanos();
                left > 0 && holding && inForce().isPresent();
                left = end - System.nanoTime()) {
            wait(Math.max(1, Duration.ofNanos(left).toMillis()));
        }
        return state();
    }

    /** Why the driver is not to be touched now; empty where it may be. */
    synchronized Optional<String> orders() {
        return inForce().map(present -> state().text());
    }

    /** The sampler has nothing of the driver open. */
    synchronized void letGo() {
        holding = false;
        held = Optional.empty();
        notifyAll();
    }

    /**
     * The sampler has the driver open, or is in it.
     *
     * @param call what has not returned, while it tries to let go
     */
    synchronized void holds(Optional<String> call) {
        holding = true;
        held = call;
    }

    private Optional<Order> inForce() {
        order = order.filter(given -> clock.nanos() - given.until() < 0);
        return order;
    }

    private Instant until(Order given) {
        return clock.instant().plusNanos(given.until() - clock.nanos()).truncatedTo(ChronoUnit.SECONDS);
    }

    private String text(Instant until) {
        boolean today = until.atZone(zone)
                .toLocalDate()
                .equals(clock.instant().atZone(zone).toLocalDate());
        return (today ? TIME : DAY_AND_TIME).withZone(zone).format(until);
    }
}
