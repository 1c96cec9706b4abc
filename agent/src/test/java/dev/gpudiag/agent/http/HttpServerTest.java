package dev.gpudiag.agent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gpudiag.agent.metrics.HttpRequests;
import io.javalin.util.JavalinException;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpServerTest {

    private static final ListenAddress ANY_PORT = new ListenAddress("127.0.0.1", 0);

    @Test
    void metricsComeFromMemoryWithThePrometheusContentType() throws Exception {
        try (HttpServer server =
                new HttpServer(ANY_PORT, new Pages("a 1\n", Optional.empty(), true), HttpServer.Around.nothing())) {
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
        try (HttpServer server =
                new HttpServer(ANY_PORT, new Pages("", Optional.empty(), false), HttpServer.Around.nothing())) {
            assertThat(get(server, "/healthz").statusCode()).isEqualTo(200);
            assertThat(get(server, "/readyz").statusCode()).isEqualTo(503);
            assertThat(get(server, "/readyz").body()).isEqualTo("no verdict yet\n");
        }
        try (HttpServer server = new HttpServer(
                ANY_PORT, new Pages("", Optional.of("stuck for 60 s"), true), HttpServer.Around.nothing())) {
            assertThat(get(server, "/healthz").statusCode()).isEqualTo(503);
            assertThat(get(server, "/healthz").body()).isEqualTo("stuck for 60 s\n");
            assertThat(get(server, "/readyz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void thereIsAPageWithItsOwnHeadersAndNothingElse() throws Exception {
        try (HttpServer server =
                new HttpServer(ANY_PORT, new Pages("", Optional.empty(), true), HttpServer.Around.nothing())) {
            HttpResponse<String> page = get(server, "/");

            assertThat(page.body()).isEqualTo("<!doctype html><title>page</title>");
            assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=utf-8");
            assertThat(page.headers().firstValue("Content-Security-Policy")).hasValue("default-src 'none'");
            assertThat(get(server, "/..%2f..%2fetc/passwd").statusCode()).isBetween(400, 404);
            assertThat(get(server, "/nothing").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aLongDocumentOfTheApiIsCompressedForABrowserAndHasItsLengthForAPlainClient() throws Exception {
        byte[] document = "{\"text\": \"%s\"}".formatted("x".repeat(50_000)).getBytes(StandardCharsets.UTF_8);
        ApiRoute route = new ApiRoute("/api/v1/long", Set.of(), ApiRoute.JSON, request -> document);
        LocalActions none = new LocalActions(Optional.empty(), List.of());
        try (HttpServer server = new HttpServer(
                        ANY_PORT,
                        new Pages("", Optional.empty(), true),
                        new HttpServer.Around(List.of(route), none, new HttpRequests(), Optional.empty()));
                HttpClient client = HttpClient.newHttpClient()) {
            URI address = URI.create("http://127.0.0.1:" + server.port() + "/api/v1/long");
            HttpResponse<byte[]> plain =
                    client.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofByteArray());
            HttpResponse<byte[]> compressed = client.send(
                    HttpRequest.newBuilder(address)
                            .header("Accept-Encoding", "gzip, deflate, br, zstd")
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());

            assertThat(plain.body()).isEqualTo(document);
            assertThat(plain.headers().firstValue("Content-Length")).hasValue(String.valueOf(document.length));
            assertThat(compressed.statusCode()).isEqualTo(200);
            assertThat(new GZIPInputStream(new ByteArrayInputStream(compressed.body())).readAllBytes())
                    .isEqualTo(document);
        }
    }

    @Test
    void anAddressInUseIsRefused() {
        try (HttpServer server =
                new HttpServer(ANY_PORT, new Pages("", Optional.empty(), true), HttpServer.Around.nothing())) {
            ListenAddress taken = new ListenAddress("127.0.0.1", server.port());
            assertThatThrownBy(() -> new HttpServer(
                                    taken, new Pages("", Optional.empty(), true), HttpServer.Around.nothing())
                            .close())
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
