package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.config.AgentSettings;
import dev.gpudiag.agent.config.ConfigurationException;
import dev.gpudiag.agent.http.ApiRoute;
import dev.gpudiag.agent.http.HttpServer;
import dev.gpudiag.agent.http.ListenAddress;
import dev.gpudiag.agent.http.LocalActions;
import dev.gpudiag.agent.http.WebSecurity;
import dev.gpudiag.agent.metrics.AgentFigures;
import dev.gpudiag.agent.web.WebConfigFile;
import dev.gpudiag.checks.Settings;
import io.javalin.util.JavalinException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Where an agent answers, over the network and on its socket, and to whom. */
final class Listening {

    private static final System.Logger LOG = System.getLogger("gpudiag");

    private final ListenAddress address;
    private final Optional<LocalSocket> socket;
    private final Optional<WebConfigFile> web;
    private final AgentFigures figures;
    private final List<String> places = new CopyOnWriteArrayList<>();

    private Listening(
            ListenAddress address, Optional<LocalSocket> socket, Optional<WebConfigFile> web, AgentFigures figures) {
        this.address = address;
        this.socket = socket;
        this.web = web;
        this.figures = figures;
    }

    /**
     * As options and settings say; nothing is bound yet.
     *
     * @param figures where requests are counted, and how reading the web configuration went
     * @throws UnusableFileException for a web configuration that cannot be used
     */
    static Listening of(ServeOptions options, AgentFigures figures) throws UnusableFileException {
        Settings settings = options.configured().settings();
        ListenAddress address = options.listenAddress()
                .orElseGet(() -> ListenAddress.parse(settings.get(AgentSettings.LISTEN_ADDRESS)));
        try {
            Optional<WebConfigFile> web = options.webConfiguration()
                    .map(file -> WebConfigFile.open(file, well -> figures.webConfigurationRead(well, Instant.now())));
            return new Listening(address, LocalSocket.of(options.source(), settings), web, figures);
        } catch (ConfigurationException e) {
            throw new UnusableFileException(e.getMessage());
        }
    }

    /**
     * Begins to answer; without a socket where that cannot be opened.
     *
     * @throws UsageException where the address cannot be bound
     */
    HttpServer begin(HttpServer.Content pages, List<ApiRoute> api, LocalActions actions) throws UsageException {
        warnOfStrangers();
        HttpServer server;
        try {
            server = new HttpServer(
                    address,
                    pages,
                    new HttpServer.Around(api, actions, figures.http(), web.map(WebSecurity.class::cast)));
        } catch (JavalinException e) {
            throw new UsageException("cannot listen on " + address + ": " + rootCause(e));
        }
        places.add(new ListenAddress(address.host(), server.port()).toString());
        socket.filter(wanted -> wanted.open(server))
                .ifPresent(open -> places.add(open.path().toString()));
        return server;
    }

    private void warnOfStrangers() {
        if (!address.isLoopback() && web.filter(file -> !file.isOpen()).isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} is not loopback, and nobody is asked who they are: whoever reaches it reads the names of"
                            + " processes, users and pods (see --web.config.file)",
                    address);
        }
    }

    private static String rootCause(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /** Where it answers now: {@code HOST:PORT} and the path of the socket. */
    List<String> places() {
        return places;
    }

    /** Why the web configuration that was read last is not in force; empty where it is. */
    Optional<String> problem() {
        return web.flatMap(WebConfigFile::problem);
    }
}
