package dev.gpudiag.agent.http;

import dev.gpudiag.agent.metrics.HttpRequests;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** How requests come in: over the network, with TLS where it is configured, and over the agent's socket; all bounded. */
final class Connectors {

    /** Connections over the network; where there are more, idle ones make place. */
    static final int MOST_CONNECTIONS = 128;

    static final int MOST_BODY_BYTES = 64 * 1024;

    private static final int MOST_LOCAL = 32;
    private static final int HEAD_BYTES = 8 * 1024;
    private static final int BACKLOG = 128;
    private static final int IDLE_MILLIS = 60_000;
    private static final int THREADS = 10;

    private final Optional<WebSecurity> security;
    private final ConnectionGuard network;
    private final ConnectionGuard local;
    private ServerConnector bound;
    private HttpConfiguration configuration;

    /** @param requests where connections that are ended are counted */
    Connectors(Optional<WebSecurity> security, HttpRequests requests) {
        network = new ConnectionGuard(MOST_CONNECTIONS, System::nanoTime, requests);
        local = new ConnectionGuard(MOST_LOCAL, System::nanoTime, requests);
        this.security = security;
    }

    /** A few threads for the sockets; requests run on virtual ones, so that a slow client keeps none from the others. */
    static QueuedThreadPool threads() {
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 1, 60_000);
        threads.setVirtualThreadsExecutor(Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("gpudiag-http-", 0).factory()));
        return threads;
    }

    static void limit(HttpConfiguration http) {
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setRequestHeaderSize(HEAD_BYTES);
        http.setResponseHeaderSize(HEAD_BYTES);
        http.setIdleTimeout(IDLE_MILLIS);
    }

    Connector network(Server server, HttpConfiguration http, ListenAddress address) {
        configuration = http;
        HttpConnectionFactory plain = new HttpConnectionFactory(http);
        Optional<ConnectionFactory> tls = security.flatMap(WebSecurity::tls);
        bound = tls.isPresent()
                ? new ServerConnector(server, null, null, null, 1, 1, tls.get(), plain)
                : new ServerConnector(server, null, null, null, 1, 1, plain);
        bound.setHost(address.host().isEmpty() ? "0.0.0.0" : address.host());
        bound.setPort(address.port());
        bound.setAcceptQueueSize(BACKLOG);
        bound.setIdleTimeout(IDLE_MILLIS);
        bound.addBean(network);
        return bound;
    }

    AgentSocket socket(Server server, Path path, Optional<GroupPrincipal> group) throws IOException {
        AgentSocket socket = new AgentSocket(server, path, group, new HttpConnectionFactory(configuration));
        socket.setIdleTimeout(IDLE_MILLIS);
        socket.addBean(local);
        return socket;
    }

    void sweep() {
        network.sweep();
        local.sweep();
        security.ifPresent(WebSecurity::reloadWhereChanged);
    }

    int port() {
        return bound.getLocalPort();
    }

    int open() {
        return network.open();
    }
}
