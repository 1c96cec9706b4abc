package dev.gpudiag.agent.http;

import dev.gpudiag.agent.metrics.HttpRequests;
import dev.gpudiag.agent.metrics.MetricsFormat;
import dev.gpudiag.agent.metrics.Rendering;
import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Server;

/** Serves what the agent has in memory; binds at construction, lets go at close. */
public final class HttpServer implements AutoCloseable {

    private static final List<String> PAGES = List.of("/", "/metrics", "/healthz", "/readyz");

    private final Javalin javalin;
    private final LocalActions local;
    private final Connectors connectors;
    private final ScheduledExecutorService sweeper;

    /** What the server hands out. */
    public interface Content {
        /**
         * The page of {@code /metrics}.
         *
         * @param names the families that are wanted, all where empty
         * @throws IllegalArgumentException in words for more names than are looked for
         */
        Rendering metrics(MetricsFormat format, boolean gzip, Collection<String> names);

        /** The status page at {@code /}: a whole HTML document in UTF-8. */
        byte[] page();

        /** The headers of the status page, among them what it may load. */
        Map<String, String> pageHeaders();

        /** Why the scheduler is not progressing; empty while it is. Never depends on the driver. */
        Optional<String> stalled();

        /** Whether there has been a first verdict, for which driver and GPUs had answered or let their deadline pass. */
        boolean ready();
    }

    /** What is served beside the pages, to whom, and where it is counted. */
    public record Around(
            List<ApiRoute> api, LocalActions local, HttpRequests requests, Optional<WebSecurity> security) {
        public Around {
            api = List.copyOf(api);
        }

        /** The pages alone, to anybody. */
        public static Around nothing() {
            return new Around(
                    List.of(), new LocalActions(Optional.empty(), List.of()), new HttpRequests(), Optional.empty());
        }
    }

    /**
     * Starts to listen.
     *
     * @throws io.javalin.util.JavalinException when the address cannot be bound
     */
    public HttpServer(ListenAddress address, Content content, Around around) {
        local = around.local();
        connectors = new Connectors(around.security(), around.requests());
        List<String> names = new ArrayList<>(PAGES);
        around.api().forEach(route -> names.add(route.path()));
        local.actions().forEach(action -> names.add(action.path()));
        javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.jetty.threadPool = Connectors.threads();
            config.jetty.modifyHttpConfiguration(Connectors::limit);
            config.jetty.addConnector((server, http) -> connectors.network(server, http, address));
            config.jetty.modifyServer(server -> {
                server.setErrorHandler(new ShortErrors());
                server.setHandler(new Gate(
                        around.requests(),
                        new RouteNames(names),
                        around.security().map(WebSecurity::access)));
            });
            config.http.asyncTimeout = 5_000;
            config.http.maxRequestSize = Connectors.MOST_BODY_BYTES;
            config.http.prefer405over404 = true;
            pages(config.routes, content);
            ApiRoutes.add(config.routes, around.api());
            local.addTo(config.routes);
            config.routes.exception(Exception.class, (failure, context) -> {
                System.getLogger("gpudiag").log(System.Logger.Level.ERROR, "an answer failed", failure);
                ApiAnswer.problem(context, 500, "a bug in gpudiag; its log says more");
            });
            config.routes.error(404, HttpServer::unknown);
            config.routes.error(405, HttpServer::unknown);
        });
        javalin.start();
        sweeper = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "gpudiag-http-sweeper");
            thread.setDaemon(true);
            return thread;
        });
        var _ = sweeper.scheduleWithFixedDelay(connectors::sweep, 1, 1, TimeUnit.SECONDS);
    }

    private static void pages(RoutesConfig routes, Content content) {
        routes.get("/", context -> {
            content.pageHeaders().forEach(context::header);
            context.result(content.page());
        });
        routes.get("/metrics", new MetricsRoute(content)::answer);
        routes.get("/healthz", context -> answer(context, content.stalled()));
        routes.get(
                "/readyz",
                context -> answer(context, content.ready() ? Optional.empty() : Optional.of("no verdict yet")));
    }

    private static void answer(Context context, Optional<String> problem) {
        context.header("Cache-Control", "no-store");
        context.status(problem.isEmpty() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .result(problem.orElse("ok") + "\n");
    }

    /** What no route answers; a route's own problem stays. */
    private static void unknown(Context context) {
        String type = context.res().getContentType();
        if (type == null || !type.startsWith("application/problem+json")) {
            int status = context.statusCode();
            ApiAnswer.problem(context, status, status == 404 ? "there is no such page" : "this page is only read");
        }
    }

    /**
     * Answers over a Unix socket too: the same, and what may be done on this machine alone.
     *
     * @throws IOException in words for a user
     */
    public void listenAt(Path socket) throws IOException {
        Server server = javalin.jettyServer().server();
        AgentSocket connector = connectors.socket(server, socket, local.group());
        try {
            connector.start();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(String.valueOf(e.getMessage()), e);
        }
        server.addConnector(connector);
    }

    /** The port that is bound. */
    public int port() {
        return connectors.port();
    }

    /** Connections over the network now. */
    int connections() {
        return connectors.open();
    }

    @Override
    public void close() {
        sweeper.shutdownNow();
        javalin.stop();
    }
}
