package dev.gpudiag.agent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.client.AgentAddress;
import dev.gpudiag.agent.client.AgentClient;
import dev.gpudiag.agent.client.AgentException;
import dev.gpudiag.agent.metrics.HttpRequests;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentSocketTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final ListenAddress ANY_PORT = new ListenAddress("127.0.0.1", 0);

    private final LocalAction greet = new LocalAction(LocalAction.Method.POST, "/api/v1/greet", (request, peer) -> {
        if (request.path("name").isMissingNode()) {
            throw new ProblemException(400, "whom?");
        }
        return object().put("hello", request.path("name").asText() + " of " + peer.user());
    });

    @TempDir
    private Path directory;

    @Test
    void theSocketAnswersAsTheNetworkDoesAndIsForItsGroupAlone() throws Exception {
        Path socket = directory.resolve("agent.sock");
        try (HttpServer server = server(PeerRule.ofThisProcess())) {
            server.listenAt(socket);

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-rw----");
            assertThat(directory.toFile().list()).containsExactly("agent.sock");
            assertThatThrownBy(() -> client(socket).get("/metrics"))
                    .isInstanceOf(AgentException.class)
                    .hasMessageContaining("is no gpudiag agent");
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void theOwnUserActsOverTheSocketAndNobodyOverTheNetwork() throws Exception {
        Path socket = directory.resolve("agent.sock");
        try (HttpServer server = server(PeerRule.ofThisProcess())) {
            server.listenAt(socket);
            ObjectNode answer = client(socket)
                    .post("/api/v1/greet", object().put("name", "you"))
                    .document();

            assertThat(answer.path("hello").asText()).isEqualTo("you of " + System.getProperty("user.name"));
            assertThat(answer.path("schema_version").asInt()).isEqualTo(1);
            assertThatThrownBy(() -> overTheNetwork(server).post("/api/v1/greet", object()))
                    .isInstanceOf(AgentException.class)
                    .hasMessageContaining("over the agent's socket alone");
        }
    }

    @Test
    void anActionsRefusalAndABodyThatIsNoObjectAreProblems() throws Exception {
        Path socket = directory.resolve("agent.sock");
        try (HttpServer server = server(PeerRule.ofThisProcess())) {
            server.listenAt(socket);

            assertThatThrownBy(() -> client(socket).post("/api/v1/greet", object()))
                    .hasMessageEndingWith("says: whom?")
                    .extracting(e -> ((AgentException) e).status())
                    .isEqualTo(400);
            assertThatThrownBy(() -> client(socket).post("/api/v1/greet", object().put("name", "x".repeat(70_000))))
                    .extracting(e -> ((AgentException) e).status())
                    .isEqualTo(413);
            for (String body : List.of("[1]", "{", "null", "\u0000")) {
                assertThat(RawHttp.overSocket(
                                socket,
                                "POST /api/v1/greet HTTP/1.0\r\nHost: localhost\r\nContent-Length: " + body.length()
                                        + "\r\n\r\n" + body))
                        .startsWith("HTTP/1.1 400 ")
                        .contains("application/problem+json");
            }
        }
    }

    @Test
    void aPeerThatIsNeitherUserNorMemberIsRefused() throws Exception {
        Path socket = directory.resolve("agent.sock");
        PeerRule nobody = new PeerRule(Set.of(), Optional.empty(), directory.resolve("group"));
        try (HttpServer server = server(nobody)) {
            server.listenAt(socket);

            assertThatThrownBy(() -> client(socket).post("/api/v1/greet", object().put("name", "you")))
                    .hasMessageContaining("only root, the agent's own user and members of the group gpudiag");
        }
    }

    @Test
    @SuppressWarnings("try") // one ends before the other
    void aStaleSocketIsReplacedAndALiveOneIsNot() throws Exception {
        Path socket = directory.resolve("agent.sock");
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(socket));
        }
        assertThat(socket).exists();
        try (HttpServer server = server(PeerRule.ofThisProcess());
                HttpServer second = server(PeerRule.ofThisProcess())) {
            server.listenAt(socket);
            assertThatThrownBy(() -> second.listenAt(socket)).hasMessage("another agent answers there");
            second.close();
            assertThat(client(socket)
                            .post("/api/v1/greet", object().put("name", "you"))
                            .document()
                            .has("hello"))
                    .isTrue();
        }
    }

    @Test
    @SuppressWarnings("try") // one ends before the other
    void anAgentThatEndsLeavesTheSocketOfItsSuccessorAlone() throws Exception {
        Path socket = directory.resolve("agent.sock");
        try (HttpServer first = server(PeerRule.ofThisProcess());
                HttpServer second = server(PeerRule.ofThisProcess())) {
            first.listenAt(socket);
            Files.delete(socket);
            second.listenAt(socket);
            first.close();
            assertThat(socket).exists();
        }
    }

    @Test
    void whatIsNoPlaceForASocketIsSaidAndLeftAlone() throws Exception {
        Path file = Files.writeString(directory.resolve("notes"), "mine");
        try (HttpServer server = server(PeerRule.ofThisProcess())) {
            assertThatThrownBy(() -> server.listenAt(directory.resolve("none/agent.sock")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no such directory");
            assertThatThrownBy(() -> server.listenAt(file)).hasMessageContaining("is there and is no socket");
            assertThatThrownBy(() -> server.listenAt(directory.resolve("x".repeat(120))))
                    .hasMessageContaining("longer than a socket's name may be");
            Path link = Files.createSymbolicLink(directory.resolve("link"), file);
            assertThatThrownBy(() -> server.listenAt(link)).hasMessageContaining("is there and is no socket");
        }
        assertThat(file).hasContent("mine");
    }

    private HttpServer server(PeerRule rule) {
        return new HttpServer(
                ANY_PORT,
                Pages.of("a 1\n"),
                new HttpServer.Around(
                        List.of(),
                        new LocalActions(Optional.of(rule), List.of(greet)),
                        new HttpRequests(),
                        Optional.empty()));
    }

    private static AgentClient client(Path socket) {
        return new AgentClient(List.of(new AgentAddress.Socket(socket)), LONG);
    }

    private static AgentClient overTheNetwork(HttpServer server) {
        return new AgentClient(
                List.of(new AgentAddress.Loopback(
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), server.port()))),
                LONG);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
