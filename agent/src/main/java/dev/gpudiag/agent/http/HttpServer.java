package dev.gpudiag.agent.http;

import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Serves what the agent has in memory; binds at construction, lets go at close. */
public final class HttpServer implements AutoCloseable {

    private static final int THREADS = 8;

    private final Javalin javalin;
    private final LocalActions local;

    /** What the server hands out. */
    public interface Content {
        /** The rendered page of {@code /metrics} and its content type. */
        byte[] metrics();

        String metricsContentType();

        /** The status page at {@code /}: a whole HTML document in UTF-8. */
        byte[] page();

        /** The headers of the status page, among them what it may load. */
        Map<String, String> pageHeaders();

        /** Why the scheduler is not progressing; empty while it is. Never depends on the driver. */
        Optional<String> stalled();

        /** Whether there is a first verdict. */
        boolean ready();
    }

    /**
     * Starts to listen.
     *
     * @throws io.javalin.util.JavalinException when the address cannot be bound
     */
    public HttpServer(ListenAddress address, Content content) {
        this(address, content, List.of(), new LocalActions(Optional.empty(), List.of()));
    }

    /**
     * Starts to listen.
     *
     * @param api what can be read below {@code /api/v1}
     * @param local what may be done over the agent's socket, once {@link #listenAt} opens it
     * @throws io.javalin.util.JavalinException when the address cannot be bound
     */
    public HttpServer(ListenAddress address, Content content, List<ApiRoute> api, LocalActions local) {
        this.local = local;
        javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.jetty.threadPool = new QueuedThreadPool(THREADS, 1, 60_000);
            config.http.asyncTimeout = 5_000;
            config.routes.get("/", context -> {
                content.pageHeaders().forEach(context::header);
                context.result(content.page());
            });
            config.routes.get(
                    "/metrics",
                    context -> context.contentType(content.metricsContentType()).result(content.metrics()));
            ApiRoutes.add(config.routes, api);
            local.addTo(config.routes);
            config.routes.get("/healthz", context -> answer(context, content.stalled()));
            config.routes.get(
                    "/readyz",
                    context -> answer(context, content.ready() ? Optional.empty() : Optional.of("no verdict yet")));
        });
        javalin.start(address.host().isEmpty() ? "0.0.0.0" : address.host(), address.port());
    }

    private static void answer(Context context, Optional<String> problem) {
        context.header("Cache-Control", "no-store");
        context.status(problem.isEmpty() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .result(problem.orElse("ok") + "\n");
    }

    /**
     * Answers over a Unix socket too: the same, and what may be done on this machine alone.
     *
     * @throws IOException in words for a user
     */
    public void listenAt(Path socket) throws IOException {
        Server server = javalin.jettyServer().server();
        HttpConfiguration same = server.getConnectors()[0]
                .getConnectionFactory(HttpConnectionFactory.class)
                .getHttpConfiguration();
        AgentSocket connector = new AgentSocket(server, socket, local.group(), new HttpConnectionFactory(same));
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
        return javalin.port();
    }

    @Override
    public void close() {
        javalin.stop();
    }
}
