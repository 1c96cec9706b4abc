package dev.gpudiag.agent.http;

import dev.gpudiag.agent.metrics.HttpRequests;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** What every request passes before its route: it is counted and timed, its sender is known, and scrapes are bounded. */
final class Gate extends Handler.Wrapper {

    /** Scrapes that are answered at once; more wait. */
    static final int MOST_SCRAPES = 8;

    private static final String SCRAPE = "/metrics";
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    private static final String SCRAPE_TIMEOUT = "X-Prometheus-Scrape-Timeout-Seconds";

    private final HttpRequests requests;
    private final RouteNames routes;
    private final Optional<WebAccess> access;
    private final Semaphore scrapes = new Semaphore(MOST_SCRAPES, true);

    /**
     * @param access who may ask over the network; anybody where it is empty
     */
    Gate(HttpRequests requests, RouteNames routes, Optional<WebAccess> access) {
        this.requests = requests;
        this.routes = routes;
        this.access = access;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        long begun = System.nanoTime();
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        Optional<ConnectionGuard> guard = Optional.ofNullable(
                request.getConnectionMetaData().getConnector().getBean(ConnectionGuard.class));
        guard.ifPresent(watching -> watching.answering(endPoint));
        requests.begun();
        String path = Request.getPathInContext(request);
        Request.addCompletionListener(request, failure -> {
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            requests.ended(routes.of(path), response.getStatus(), took);
            guard.ifPresent(watching -> watching.answered(endPoint));
        });
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        if (!(request.getConnectionMetaData().getConnector() instanceof AgentSocket) && access.isPresent()) {
            access.get().addHeaders(response);
            Optional<WebAccess.Refusal> refusal = access.get().check(request);
            if (refusal.isPresent()) {
                refusal.get().write(response, callback);
                return true;
            }
        }
        if (path.equals(SCRAPE)) {
            if (!scrapes.tryAcquire(patience(request).toMillis(), TimeUnit.MILLISECONDS)) {
                response.getHeaders().put("Retry-After", "1");
                new WebAccess.Refusal(503, MOST_SCRAPES + " scrapes are being answered already")
                        .write(response, callback);
                return true;
            }
            Request.addCompletionListener(request, failure -> scrapes.release());
        }
        return super.handle(request, response, callback);
    }

    /** A little less than the scraper waits itself, so that it hears why. */
    private static Duration patience(Request request) {
        String header = request.getHeaders().get(SCRAPE_TIMEOUT);
        if (header == null || !header.matches("[0-9]{1,6}(\\.[0-9]{1,9})?")) {
            return LONGEST_WAIT;
        }
        Duration half = Duration.ofMillis(Math.round(Double.parseDouble(header) * 500));
        return half.compareTo(LONGEST_WAIT) < 0 ? half : LONGEST_WAIT;
    }
}
