package dev.gpudiag.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.metrics.HttpRequests;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.junit.jupiter.api.Test;

/** Two thousand requests that nobody should send: no failure, no hang, and nothing left behind. */
class BadRequestsTest {

    private static final int REQUESTS = 2_000;
    private static final ListenAddress ANY_PORT = new ListenAddress("127.0.0.1", 0);
    private static final Duration LONG = Duration.ofSeconds(60);

    private static final ApiRoute THINGS =
            new ApiRoute("/api/v1/things/{thing}", Set.of("x"), ApiRoute.JSON, request -> {
                throw new ProblemException(404, "no thing " + request.path().get("thing"));
            });

    /** A client that says "me" is known. */
    private static final class Known implements WebSecurity {
        @Override
        public Optional<ConnectionFactory> tls() {
            return Optional.empty();
        }

        @Override
        public WebAccess access() {
            return new WebAccess() {
                @Override
                public Map<String, String> headers() {
                    return Map.of();
                }

                @Override
                public Optional<Refusal> check(Request request) {
                    return "me".equals(request.getHeaders().get("Authorization"))
                            ? Optional.empty()
                            : Optional.of(new Refusal(401, "who are you?"));
                }
            };
        }

        @Override
        public void reloadWhereChanged() {}
    }

    @Test
    void twoThousandBadRequestsFailNothingHangNothingAndLeaveNothing() throws Exception {
        HttpRequests requests = new HttpRequests();
        try (HttpServer server = server(requests)) {
            assertThat(send(server.port(), good())).startsWith("HTTP/1.1 200");
            settle(server);
            int threads = platformThreads();
            long files = openFiles();
            Map<String, Integer> answers = new TreeMap<>();
            Random random = new Random(7);
            List<Socket> slow = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                if (i % 5 == 4) {
                    slow.add(hanging(server.port(), i % 2 == 0 ? good().substring(0, 20) : ""));
                } else {
                    String answer = send(server.port(), bad(i % 5, random));
                    answers.merge(answer.isEmpty() ? "ended" : answer.substring(9, 12), 1, Integer::sum);
                }
                if (i % 100 == 0) {
                    assertThat(send(server.port(), good())).startsWith("HTTP/1.1 200");
                }
            }

            assertThat(answers.keySet()).allMatch(code -> code.equals("ended") || code.startsWith("4"));
            assertThat(answers).containsKeys("400", "401", "404", "405", "414", "431");
            assertThat(server.connections()).isLessThanOrEqualTo(Connectors.MOST_CONNECTIONS);
            assertThat(send(server.port(), good())).startsWith("HTTP/1.1 200");
            for (Socket socket : slow) {
                socket.close();
            }
            settle(server);
            assertThat(platformThreads()).isLessThanOrEqualTo(threads + 10);
            assertThat(openFiles()).isLessThanOrEqualTo(files + 5);
        }
    }

    @Test
    void clientsThatTakeNoAnswerKeepNoneFromTheOthers() throws Exception {
        try (HttpServer server = server(new HttpRequests())) {
            List<Socket> deaf = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                Socket socket = new Socket();
                socket.setReceiveBufferSize(2048);
                socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), server.port()));
                socket.getOutputStream().write(request("GET", "/metrics").getBytes(StandardCharsets.ISO_8859_1));
                deaf.add(socket);
            }
            for (int i = 0; i < 20; i++) {
                assertThat(send(server.port(), good())).startsWith("HTTP/1.1 200");
            }
            for (Socket socket : deaf) {
                socket.close();
            }
            settle(server);
        }
    }

    /** One of the kinds of bad requests, each with some chance in it. */
    private static String bad(int kind, Random random) {
        return switch (kind) {
            case 0 -> { // no HTTP
                StringBuilder noise = new StringBuilder();
                for (int i = random.nextInt(300); i >= 0; i--) {
                    noise.append((char) random.nextInt(256));
                }
                yield List.of(
                                noise + "\r\n\r\n",
                                "GET\r\n\r\n",
                                "GET / HTTP/9.9\r\n\r\n",
                                "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz",
                                "GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                                "GET /..%2f..%2fetc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                        .get(random.nextInt(8));
            }
            case 1 ->
                List.of( // too large
                                request("GET", "/" + "x".repeat(9_000 + random.nextInt(50_000))),
                                request("GET", "/", "X-A: " + "y".repeat(9_000 + random.nextInt(50_000))),
                                request(
                                        "GET",
                                        "/",
                                        Stream.generate(() -> "X: y\r\n")
                                                .limit(5_000)
                                                .reduce("X-B: y\r\n", String::concat)
                                                .strip()))
                        .get(random.nextInt(3));
            case 2 ->
                List.of( // nobody that is known
                                "GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                                "GET /api/v1/things/1 HTTP/1.1\r\nHost: a\r\nAuthorization: you\r\nConnection: close\r\n\r\n",
                                "POST /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc")
                        .get(random.nextInt(3));
            default ->
                List.of( // known, and wrong
                                request("GET", "/api/v1/things/" + random.nextInt()),
                                request("GET", "/api/v1/things/1?y=" + random.nextInt()),
                                request("GET", "/nothing" + random.nextInt()),
                                request("GET", "/metrics?name[]=a&name[]=b&name[]=c"),
                                request("DELETE", "/metrics"),
                                request("POST", "/api/v1/things/1", "Content-Length: 0"),
                                request("TRACE", "/metrics"),
                                request("BREW", "/"))
                        .get(random.nextInt(8));
        };
    }

    private static String good() {
        return request("GET", "/metrics");
    }

    private static String request(String method, String path, String... headers) {
        return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: me\r\nConnection: close\r\n"
                + Stream.of(headers).map(header -> header + "\r\n").reduce("", String::concat) + "\r\n";
    }

    private static Socket hanging(int port, String part) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        socket.getOutputStream().write(part.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    private static String send(int port, String request) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            socket.setSoTimeout((int) LONG.toMillis());
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                socket.shutdownOutput();
            } catch (IOException e) {
                // refused while it was sent
            }
            return answer(socket.getInputStream());
        }
    }

    private static String answer(InputStream in) {
        StringBuilder answer = new StringBuilder();
        try {
            for (int c = in.read(); c >= 0 && answer.length() < 100; c = in.read()) {
                answer.append((char) c);
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer", e);
        } catch (IOException e) {
            // the server had enough of it; what it said before counts
        }
        return answer.toString();
    }

    private static HttpServer server(HttpRequests requests) {
        String page = "a 1\n".repeat(100_000);
        return new HttpServer(
                ANY_PORT,
                new Pages(page, Optional.empty(), true),
                new HttpServer.Around(
                        List.of(THINGS),
                        new LocalActions(Optional.empty(), List.of()),
                        requests,
                        Optional.of(new Known())));
    }

    /** Waits until no connection is left. */
    private static void settle(HttpServer server) throws InterruptedException {
        Instant end = Instant.now().plus(LONG);
        while (server.connections() > 0 && Instant.now().isBefore(end)) {
            Thread.onSpinWait();
        }
        assertThat(server.connections()).isZero();
    }

    private static int platformThreads() {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.isVirtual())
                .count();
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }
}
