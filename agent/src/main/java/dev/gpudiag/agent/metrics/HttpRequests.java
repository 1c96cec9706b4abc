package dev.gpudiag.agent.metrics;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/**
 * Counts what the HTTP server answered, for {@code gpudiag_http_requests_total} and its companions. Thread-safe; bounded: what
 * is beyond {@value #MOST_ROUTES} routes counts as {@value #OTHER}.
 */
public final class HttpRequests {

    static final int MOST_ROUTES = 64;
    static final String OTHER = "other";

    /** @param status HTTP status code; any outside 100 to 599 counts as 0 */
    record Answer(String route, int status) {}

    /** Why a connection was ended before its client was done. */
    public enum Ended {
        /** Its request did not come in time, or its answer was not taken in time. */
        SLOW,
        /** It had waited longest for a request, or was new, when there were too many. */
        TOO_MANY
    }

    private final Map<String, LongAdder> nanosByRoute = new ConcurrentHashMap<>();
    private final Map<Answer, LongAdder> answers = new ConcurrentHashMap<>();
    private final Map<Ended, LongAdder> connections = new EnumMap<>(Map.of(
            Ended.SLOW, new LongAdder(),
            Ended.TOO_MANY, new LongAdder()));
    private final AtomicInteger inFlight = new AtomicInteger();

    /** A request has come in. */
    public void begun() {
        inFlight.incrementAndGet();
    }

    /**
     * A request that had begun was answered, or given up.
     *
     * @param route the pattern that it matched, never a path that a client made up; empty where none did
     */
    public void ended(String route, int status, Duration took) {
        inFlight.decrementAndGet();
        String known = known(requireNonNull(route, "route is null").isEmpty() ? OTHER : route);
        nanosByRoute.computeIfAbsent(known, key -> new LongAdder()).add(took.toNanos());
        int code = status >= 100 && status <= 599 ? status : 0;
        answers.computeIfAbsent(new Answer(known, code), key -> new LongAdder()).increment();
    }

    /** A connection was ended. */
    public void connectionEnded(Ended why) {
        connections.get(why).increment();
    }

    long connectionsEnded(Ended why) {
        return connections.get(why).sum();
    }

    private String known(String route) {
        return nanosByRoute.containsKey(route) || nanosByRoute.size() < MOST_ROUTES ? route : OTHER;
    }

    int inFlight() {
        return Math.max(0, inFlight.get());
    }

    void forEachAnswer(BiConsumer<Answer, Long> action) {
        answers.forEach((answer, count) -> action.accept(answer, count.sum()));
    }

    void forEachRoute(BiConsumer<String, Double> secondsSpent) {
        nanosByRoute.forEach((route, nanos) -> secondsSpent.accept(route, nanos.sum() / 1e9));
    }
}
