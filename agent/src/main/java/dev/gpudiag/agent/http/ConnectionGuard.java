package dev.gpudiag.agent.http;

import dev.gpudiag.agent.metrics.HttpRequests;
import dev.gpudiag.agent.metrics.HttpRequests.Ended;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.internal.HttpConnection;

/**
 * Lets no client keep the others out: connections are bounded in number, and requests in time, in both directions.
 *
 * <p>A connection that has not brought a whole request in {@link #RECEIVE} is ended, and one whose answer is not taken in
 * {@link #ANSWER}, however many single bytes come meanwhile. Where there are too many, the one that has waited longest for
 * a request makes place. Thread-safe.
 */
final class ConnectionGuard implements Connection.Listener {

    /** For the head and body of a request, and for TLS before it. */
    static final Duration RECEIVE = Duration.ofSeconds(10);

    /** For an answer to be made and taken. */
    static final Duration ANSWER = Duration.ofSeconds(30);

    private final int most;
    private final LongSupplier nanoTime;
    private final Map<EndPoint, Seen> connections = new ConcurrentHashMap<>();
    private final HttpRequests requests;

    /** What is known of a connection. */
    private static final class Seen {
        private final Connection connection;
        private volatile long since;
        private volatile boolean answering;
        private volatile boolean receiving;
        private volatile long bytesBefore;

        Seen(Connection connection, long now) {
            this.connection = connection;
            this.since = now;
            this.receiving = true;
        }
    }

    /**
     * @param most connections at once
     * @param requests where the connections that are ended are counted
     */
    ConnectionGuard(int most, LongSupplier nanoTime, HttpRequests requests) {
        this.most = most;
        this.nanoTime = nanoTime;
        this.requests = requests;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // this connection, not one like it
    public void onOpened(Connection connection) {
        if (!isHttp(connection)) {
            return; // TLS: the connection within it is told too
        }
        connections.put(connection.getEndPoint(), new Seen(connection, nanoTime.getAsLong()));
        if (connections.size() > most) {
            connections.values().stream()
                    .filter(seen -> !seen.answering && seen.connection != connection)
                    .min(Comparator.comparingLong(seen -> seen.since))
                    .or(() -> Optional.ofNullable(connections.get(connection.getEndPoint())))
                    .ifPresent(seen -> end(seen, Ended.TOO_MANY));
        }
    }

    private static boolean isHttp(Connection connection) {
        return connection instanceof HttpConnection;
    }

    @Override
    public void onClosed(Connection connection) {
        connections.remove(connection.getEndPoint());
    }

    /** A whole request has come. */
    void answering(EndPoint endPoint) {
        Seen seen = connections.get(endPoint);
        if (seen != null) {
            seen.since = nanoTime.getAsLong();
            seen.answering = true;
        }
    }

    /** Its answer is taken. */
    void answered(EndPoint endPoint) {
        Seen seen = connections.get(endPoint);
        if (seen != null) {
            seen.since = nanoTime.getAsLong();
            seen.bytesBefore = seen.connection.getBytesIn();
            seen.receiving = false;
            seen.answering = false;
        }
    }

    /** Ends what takes too long; to be called every second or so. */
    void sweep() {
        long now = nanoTime.getAsLong();
        for (Seen seen : connections.values()) {
            if (!seen.answering && !seen.receiving && seen.connection.getBytesIn() > seen.bytesBefore) {
                seen.receiving = true;
                seen.since = now;
            }
            long limit = seen.answering ? ANSWER.toNanos() : RECEIVE.toNanos();
            if ((seen.answering || seen.receiving) && now - seen.since > limit) {
                end(seen, Ended.SLOW);
            }
        }
    }

    private void end(Seen seen, Ended why) {
        if (connections.remove(seen.connection.getEndPoint()) != null) {
            requests.connectionEnded(why);
            seen.connection.getEndPoint().close(new IOException("too slow, or too many"));
        }
    }

    int open() {
        return connections.size();
    }
}
