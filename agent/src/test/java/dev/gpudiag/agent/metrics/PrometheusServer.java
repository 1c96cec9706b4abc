package dev.gpudiag.agent.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A real Prometheus that scrapes pages, with its data in a temporary directory. */
final class PrometheusServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final List<HttpServer> targets = new ArrayList<>();
    private final Process process;
    private final int port;

    private PrometheusServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts to scrape the pages every second in the format that Prometheus asks for; empty where it is not installed. */
    static Optional<PrometheusServer> start(Path directory, List<MetricsPage> pages, Optional<Path> rules)
            throws IOException {
        List<HttpServer> targets = new ArrayList<>();
        StringBuilder addresses = new StringBuilder();
        for (MetricsPage page : pages) {
            HttpServer target = target(page);
            targets.add(target);
            addresses
                    .append(addresses.isEmpty() ? "" : ", ")
                    .append("'127.0.0.1:")
                    .append(target.getAddress().getPort())
                    .append('\'');
        }
        Path configuration = Files.writeString(directory.resolve("prometheus.yml"), """
                global:
                  scrape_interval: 1s
                  evaluation_interval: 1s
                rule_files: [%s]
                scrape_configs:
                  - job_name: gpudiag
                    honor_labels: true
                    static_configs:
                      - targets: [%s]
                """.formatted(
                        rules.map(file -> "'" + file + "'").orElse(""), addresses));
        int port = freePort();
        try {
            Process process = new ProcessBuilder(
                            "prometheus",
                            "--config.file=" + configuration,
                            "--storage.tsdb.path=" + directory.resolve("data"),
                            "--web.listen-address=127.0.0.1:" + port,
                            "--log.level=warn")
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("log").toFile())
                    .start();
            PrometheusServer server = new PrometheusServer(process, port);
            server.targets.addAll(targets);
            return Optional.of(server);
        } catch (IOException e) {
            targets.forEach(target -> target.stop(0));
            return Optional.empty();
        }
    }

    private static HttpServer target(MetricsPage page) throws IOException {
        HttpServer target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.createContext("/metrics", exchange -> {
            String accept = String.valueOf(exchange.getRequestHeaders().getFirst("Accept"));
            MetricsFormat format =
                    accept.contains("application/openmetrics-text") ? MetricsFormat.OPENMETRICS : MetricsFormat.TEXT;
            byte[] body = page.page(format, true, List.of()).body();
            exchange.getResponseHeaders().set("Content-Type", format.contentType());
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(200, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        target.start();
        return target;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Waits until each of these queries answers something; the one that did not, when patience ends. */
    Optional<String> awaitAnswers(List<String> queries) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        List<String> open = new ArrayList<>(queries);
        while (!open.isEmpty() && System.nanoTime() < end) {
            if (process.waitFor(200, TimeUnit.MILLISECONDS)) {
                return Optional.of("prometheus ended with " + process.exitValue());
            }
            List<String> answered = new ArrayList<>();
            for (String query : open) {
                try {
                    if (!query(query).isEmpty()) {
                        answered.add(query);
                    }
                } catch (IOException e) {
                    break; // not listening yet
                }
            }
            open.removeAll(answered);
        }
        return open.stream().findFirst();
    }

    /** The answer of one query: labels, as text, and value; without those that tell where it was scraped. */
    Map<String, Double> query(String query) throws IOException, InterruptedException {
        URI uri = URI.create(
                "http://127.0.0.1:" + port + "/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
        HttpResponse<String> response =
                client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        JsonNode answer = json.readTree(response.body());
        if (!answer.path("status").asText().equals("success")) {
            throw new IOException(query + ": " + response.body());
        }
        Map<String, Double> series = new TreeMap<>();
        for (JsonNode each : answer.path("data").path("result")) {
            Map<String, String> labels = new TreeMap<>();
            each.path("metric")
                    .properties()
                    .forEach(
                            label -> labels.put(label.getKey(), label.getValue().asText()));
            labels.keySet().removeAll(List.of("job", "instance", "uuid", "pci_bus_id"));
            series.put(labels.toString(), each.path("value").path(1).asDouble());
        }
        return series;
    }

    @Override
    public void close() {
        client.close();
        process.destroy();
        targets.forEach(target -> target.stop(0));
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
