package dev.gpudiag.agent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.javalin.util.JavalinException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpServerTest {

    private static final ListenAddress ANY_PORT = new ListenAddress("127.0.0.1", 0);

    /** What a test hands out. */
    private record Fixed(String text, Optional<String> stalled, boolean ready) implements HttpServer.Content {
        @Override
        public byte[] metrics() {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public byte[] page() {
            return "<!doctype html><title>page</title>".getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public Map<String, String> pageHeaders() {
            return Map.of("Content-Type", "text/html; charset=utf-8", "Content-Security-Policy", "default-src 'none'");
        }

        @Override
        public String metricsContentType() {
            return "text/plain; version=0.0.4; charset=utf-8";
        }
    }

    @Test
    void metricsComeFromMemoryWithThePrometheusContentType() throws Exception {
        try (HttpServer server = new HttpServer(ANY_PORT, new Fixed("a 1\n", Optional.empty(), true))) {
            HttpResponse<String> response = get(server, "/metrics");

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("a 1\n");
            assertThat(response.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(type -> assertThat(type).contains("version=0.0.4"));
            assertThat(response.headers().firstValue("Server")).isEmpty();
        }
    }

    @Test
    void anAgentIsHealthyWhileItsLoopProgressesAndReadyAfterTheFirstVerdict() throws Exception {
        try (HttpServer server = new HttpServer(ANY_PORT, new Fixed("", Optional.empty(), false))) {
            assertThat(get(server, "/healthz").statusCode()).isEqualTo(200);
            assertThat(get(server, "/readyz").statusCode()).isEqualTo(503);
            assertThat(get(server, "/readyz").body()).isEqualTo("no verdict yet\n");
        }
        try (HttpServer server = new HttpServer(ANY_PORT, new Fixed("", Optional.of("stuck for 60 s"), true))) {
            assertThat(get(server, "/healthz").statusCode()).isEqualTo(503);
            assertThat(get(server, "/healthz").body()).isEqualTo("stuck for 60 s\n");
            assertThat(get(server, "/readyz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void thereIsAPageWithItsOwnHeadersAndNothingElse() throws Exception {
        try (HttpServer server = new HttpServer(ANY_PORT, new Fixed("", Optional.empty(), true))) {
            HttpResponse<String> page = get(server, "/");

            assertThat(page.body()).isEqualTo("<!doctype html><title>page</title>");
            assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=utf-8");
            assertThat(page.headers().firstValue("Content-Security-Policy")).hasValue("default-src 'none'");
            assertThat(get(server, "/..%2f..%2fetc/passwd").statusCode()).isBetween(400, 404);
            assertThat(get(server, "/nothing").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void anAddressInUseIsRefused() {
        try (HttpServer server = new HttpServer(ANY_PORT, new Fixed("", Optional.empty(), true))) {
            ListenAddress taken = new ListenAddress("127.0.0.1", server.port());
            assertThatThrownBy(() -> new HttpServer(taken, new Fixed("", Optional.empty(), true)).close())
                    .isInstanceOf(JavalinException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1:9836,127.0.0.1,9836", ":80,'',80", "[::1]:9836,::1,9836", "localhost:0,localhost,0"})
    void anAddressIsHostAndPort(String text, String host, int port) {
        assertThat(ListenAddress.parse(text)).isEqualTo(new ListenAddress(host, port));
        assertThat(ListenAddress.parse(text).toString()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "9836", "localhost", "localhost:", "localhost:x", "localhost:65536", "::1:9836", "a:-1"})
    void anythingElseIsNoAddress(String text) {
        assertThatThrownBy(() -> ListenAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    private static HttpResponse<String> get(HttpServer server, String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
