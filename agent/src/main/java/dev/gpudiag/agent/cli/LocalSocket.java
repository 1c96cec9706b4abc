package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.config.AgentSettings;
import dev.gpudiag.agent.http.HttpServer;
import dev.gpudiag.agent.http.LocalAction;
import dev.gpudiag.agent.http.LocalActions;
import dev.gpudiag.agent.http.PeerRule;
import dev.gpudiag.checks.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The agent's Unix socket: without it an agent goes on over HTTP, and says so.
 *
 * @param path where it is bound
 */
record LocalSocket(Path path) {

    private static final System.Logger LOG = System.getLogger("gpudiag");

    /** Empty where none is wanted: a simulation never stands where commands look for the agent of this machine. */
    static Optional<LocalSocket> of(SourceOptions source, Settings settings) {
        return settings.get(AgentSettings.SOCKET)
                .filter(path -> source instanceof SourceOptions.Live
                        || !Optional.of(path).equals(AgentSettings.SOCKET.defaultValue()))
                .map(LocalSocket::new);
    }

    static LocalActions actions(List<LocalAction> actions) {
        try {
            return new LocalActions(Optional.of(PeerRule.ofThisProcess()), actions);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "nobody may use the agent's actions: {0}", e.getMessage());
            return new LocalActions(Optional.empty(), actions);
        }
    }

    /** Whether it is open; a refusal is logged. */
    boolean open(HttpServer server) {
        try {
            server.listenAt(path);
            LOG.log(System.Logger.Level.INFO, "commands on this machine are answered at {0}", path);
            return true;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "no socket at {0}: {1}", path, e.getMessage());
            return false;
        }
    }
}
