package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.client.AgentAddress;
import dev.gpudiag.agent.client.AgentClient;
import dev.gpudiag.agent.config.AgentSettings;
import dev.gpudiag.agent.http.ListenAddress;
import dev.gpudiag.checks.Settings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say which agent is asked: the one of this machine, unless another is named. */
final class AgentFlags {

    @Option(
            names = "--host",
            paramLabel = "URL",
            description = "Ask the agent there: HOST:PORT or https://USER:PASSWORD@HOST:PORT.")
    private String host;

    @Option(
            names = "--socket",
            paramLabel = "FILE",
            description = "Ask the agent behind this Unix socket (default: web.socket).")
    private String socket;

    /** Whether an agent was named. */
    boolean given() {
        return host != null || socket != null;
    }

    /**
     * Asks the named agent, else the one of this machine: its socket first, then its port on loopback.
     *
     * @param settings where the agent of this machine listens
     */
    AgentClient client(Settings settings, Duration timeout) throws UsageException {
        return new AgentClient(addresses(settings), timeout);
    }

    /** The same by the socket alone, for what no agent does over the network. */
    AgentClient local(Settings settings, Duration timeout) throws UsageException {
        if (host != null) {
            throw new UsageException("--host: this is done on the agent's own machine alone, over its socket");
        }
        return new AgentClient(
                List.of(socketAddress(settings)
                        .orElseThrow(
                                () -> new UsageException("the agent has no socket: web.socket is set to nothing"))),
                timeout);
    }

    private List<AgentAddress> addresses(Settings settings) throws UsageException {
        if (host != null && socket != null) {
            throw new UsageException("--host and --socket exclude each other");
        }
        if (host != null) {
            try {
                return List.of(AgentAddress.parse(host));
            } catch (IllegalArgumentException e) {
                throw new UsageException("--host: " + e.getMessage());
            }
        }
        List<AgentAddress> addresses = new ArrayList<>();
        socketAddress(settings).ifPresent(addresses::add);
        if (socket == null) {
            int port = ListenAddress.parse(settings.get(AgentSettings.LISTEN_ADDRESS))
                    .port();
            addresses.add(new AgentAddress.Loopback(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port)));
        }
        return addresses;
    }

    private Optional<AgentAddress> socketAddress(Settings settings) throws UsageException {
        if (socket != null) {
            return Optional.of(new AgentAddress.Socket(SourceFlags.existing("--socket", socket)));
        }
        return settings.get(AgentSettings.SOCKET).map((Path path) -> new AgentAddress.Socket(path));
    }
}
