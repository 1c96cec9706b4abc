package dev.gpudiag.agent.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gpudiag.agent.client.AgentException.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentClientTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final String AGENT = "HTTP/1.1 200 OK\r\nGpudiag-Api: 1\r\n";

    @TempDir
    private Path directory;

    /** Answers every connection with the same bytes, and then ends it or keeps it. */
    private record Fixed(ServerSocket socket, Thread thread) implements AutoCloseable {

        static Fixed answering(byte[] bytes, boolean ends) throws IOException {
            ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
            Thread thread = Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        Socket connection = socket.accept();
                        connection.getInputStream().read();
                        OutputStream out = connection.getOutputStream();
                        out.write(bytes);
                        out.flush();
                        if (ends) {
                            connection.shutdownOutput();
                        }
                    }
                } catch (IOException e) {
                    // closed
                }
            });
            return new Fixed(socket, thread);
        }

        static Fixed answering(String text) throws IOException {
            return answering(text.getBytes(StandardCharsets.UTF_8), true);
        }

        /** On loopback as for this machine, and as one elsewhere. */
        List<AgentAddress> addresses() {
            return List.of(
                    new AgentAddress.Loopback(
                            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), socket.getLocalPort())),
                    AgentAddress.parse("127.0.0.1:" + socket.getLocalPort()));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void aDocumentComesWithTheAddressThatGaveIt() throws Exception {
        try (Fixed agent = Fixed.answering(AGENT + "Content-Length: 9\r\n\r\n{\"a\": 1}\n")) {
            for (AgentAddress address : agent.addresses()) {
                AgentAnswer answer = client(LONG, address).get("/api/v1/status");
                assertThat(answer.document().path("a").asInt()).isEqualTo(1);
                assertThat(answer.from()).isEqualTo(address);
            }
        }
    }

    static Stream<String> strangers() {
        return Stream.of(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
                "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found",
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
                "SSH-2.0-OpenSSH_9.2p1\r\n\r\n",
                "\u0015\u0003\u0003\u0000\u0002\u0002\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("strangers")
    void anotherProgramIsToldFromAnAgent(String answer) throws Exception {
        try (Fixed stranger = Fixed.answering(answer)) {
            assertThat(failure(LONG, stranger.addresses().getFirst()).kind()).isEqualTo(Kind.NOT_AN_AGENT);
            assertThat(failure(LONG, stranger.addresses().getLast()).kind())
                    .isIn(Kind.NOT_AN_AGENT, Kind.FAILED); // what is not HTTP, the JDK's client says in its own words
        }
    }

    @Test
    void aDocumentThatBreaksOffIsNoDocument() throws Exception {
        for (String rest : List.of("Content-Length: 90\r\n\r\n{\"a\": 1}\n", "\r\n{\"a\": ", "\r\n[1]", "\r\n")) {
            try (Fixed agent = Fixed.answering(AGENT + rest)) {
                for (AgentAddress address : agent.addresses()) {
                    assertThat(failure(LONG, address).kind()).isEqualTo(Kind.FAILED);
                }
            }
        }
    }

    @Test
    void anAnswerThatNeverComesOrNeverEndsMeetsTheDeadline() throws Exception {
        for (String part : List.of("", "HTTP/1.1 200", AGENT + "Content-Length: 90\r\n\r\n{")) {
            try (Fixed agent = Fixed.answering(part.getBytes(StandardCharsets.UTF_8), false)) {
                for (AgentAddress address : agent.addresses()) {
                    AgentException failure = failure(SHORT, address);
                    assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT);
                    assertThat(failure).hasMessageContaining("within 300 ms");
                }
            }
        }
    }

    @Test
    void aTooLongAnswerIsNotTakenIn() throws Exception {
        byte[] head = (AGENT + "\r\n").getBytes(StandardCharsets.UTF_8);
        byte[] answer = java.util.Arrays.copyOf(head, AgentClient.MOST_BYTES + 100_000);
        try (Fixed agent = Fixed.answering(answer, true)) {
            for (AgentAddress address : agent.addresses()) {
                assertThat(failure(LONG, address)).hasMessageContaining("longer than " + AgentClient.MOST_BYTES);
            }
        }
    }

    @Test
    void whereNobodyListensTheNextAddressIsAskedAndAllAreNamed() throws Exception {
        AgentAddress none = new AgentAddress.Socket(directory.resolve("agent.sock"));
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        AgentAddress refused =
                new AgentAddress.Loopback(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), free));
        assertThat(failure(LONG, none).kind()).isEqualTo(Kind.NOT_RUNNING);
        assertThat(failure(LONG, refused).kind()).isEqualTo(Kind.NOT_RUNNING);
        assertThat(failure(LONG, none, refused))
                .hasMessage("no agent answers at " + none + " or http://127.0.0.1:" + free);
        try (Fixed agent = Fixed.answering(AGENT + "Content-Length: 2\r\n\r\n{}")) {
            assertThat(client(LONG, none, agent.addresses().getFirst()).get("/").from())
                    .isEqualTo(agent.addresses().getFirst());
        }
    }

    @Test
    void aLoginIsAskedForInWords() throws Exception {
        try (Fixed agent =
                Fixed.answering("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n")) {
            for (AgentAddress address : agent.addresses()) {
                assertThat(failure(LONG, address)).hasMessageContaining("wants a user and password");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "node7, http://node7:9836",
        "node7:80, http://node7:80",
        "http://node7, http://node7",
        "https://node7:9836/gpu/, https://node7:9836/gpu",
        "https://me:secret@node7:9836, https://node7:9836",
        "[::1]:9836, http://[::1]:9836"
    })
    void aHostIsShownWithoutItsPassword(String text, String shown) {
        assertThat(AgentAddress.parse(text)).hasToString(shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ftp://node7", "http://", "http://node7?x=1", "node 7", "unix:/run/x", ":9836"})
    void anythingElseIsNoHost(String text) {
        assertThatThrownBy(() -> AgentAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    private static AgentClient client(Duration timeout, AgentAddress... addresses) {
        return new AgentClient(List.of(addresses), timeout);
    }

    private static AgentException failure(Duration timeout, AgentAddress... addresses) {
        return catchThrowableOfType(
                AgentException.class, () -> client(timeout, addresses).get("/api/v1/status"));
    }
}
