package dev.gpudiag.packaging;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Headless Chromium, driven over the WebDriver protocol: Debian's {@code chromium} and {@code chromium-driver}.
 *
 * <p>The protocol is a dozen JSON requests; Selenium would bring twenty libraries for them and look for a driver on the
 * network.
 */
final class Browser implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process driver;
    private final String base;
    private final String session;

    private Browser(Process driver, String base, Map<String, Object> preferences)
            throws IOException, InterruptedException {
        this.driver = driver;
        this.base = base;
        List<String> arguments = List.of(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--lang=en");
        Map<String, Object> options =
                Map.of("binary", program("chromium").orElseThrow().toString(), "args", arguments, "prefs", preferences);
        JsonNode answer = post(
                "/session",
                Map.of(
                        "capabilities",
                        Map.of(
                                "alwaysMatch",
                                Map.of(
                                        "browserName",
                                        "chrome",
                                        "goog:chromeOptions",
                                        options,
                                        "goog:loggingPrefs",
                                        Map.of("browser", "ALL", "performance", "ALL")))));
        session = "/session/" + answer.path("sessionId").asText();
    }

    static boolean isInstalled() {
        return program("chromium").isPresent() && program("chromedriver").isPresent();
    }

    private static Optional<Path> program(String name) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts a browser.
     *
     * @param folder for the driver's output
     * @param preferences Chromium's own settings
     */
    static Browser start(Path folder, Map<String, Object> preferences) throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Process driver = new ProcessBuilder(
                        program("chromedriver").orElseThrow().toString(), "--port=" + port, "--log-level=WARNING")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("chromedriver-" + port + ".log").toFile())
                .start();
        String base = "http://127.0.0.1:" + port;
        try {
            awaitReady(base);
            return new Browser(driver, base, preferences);
        } catch (IOException | InterruptedException | RuntimeException e) {
            driver.destroyForcibly();
            throw e;
        }
    }

    private static void awaitReady(String base) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(base + "/status")).build();
            while (true) {
                try {
                    client.send(request, HttpResponse.BodyHandlers.discarding());
                    return;
                } catch (IOException e) {
                    if (System.nanoTime() > end) {
                        throw e;
                    }
                    TimeUnit.MILLISECONDS.sleep(50);
                }
            }
        }
    }

    void open(String address) throws IOException, InterruptedException {
        post(session + "/url", Map.of("url", address));
    }

    /** What a function body returns in the page. */
    JsonNode script(String body, Object... arguments) throws IOException, InterruptedException {
        return post(session + "/execute/sync", Map.of("script", body, "args", List.of(arguments)));
    }

    /** What a function body hands to the callback, which is its last argument. */
    JsonNode later(String body, Object... arguments) throws IOException, InterruptedException {
        return post(session + "/execute/async", Map.of("script", body, "args", List.of(arguments)));
    }

    /** A command of the DevTools protocol. */
    JsonNode command(String name, Map<String, Object> parameters) throws IOException, InterruptedException {
        return post(session + "/goog/cdp/execute", Map.of("cmd", name, "params", parameters));
    }

    void viewport(int width, int height, boolean phone) throws IOException, InterruptedException {
        command(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", phone ? 2 : 1, "mobile", phone));
    }

    /** {@code dark} or {@code light}. */
    void colours(String scheme) throws IOException, InterruptedException {
        command(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** The whole page, not only what is in view. */
    void screenshot(Path file) throws IOException, InterruptedException {
        JsonNode size = command("Page.getLayoutMetrics", Map.of()).path("cssContentSize");
        Map<String, Object> clip = Map.of(
                "x",
                0,
                "y",
                0,
                "width",
                size.path("width").asInt(),
                "height",
                size.path("height").asInt(),
                "scale",
                1);
        JsonNode picture =
                command("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true, "clip", clip));
        Files.createDirectories(file.getParent());
        Files.write(file, Base64.getDecoder().decode(picture.path("data").asText()));
    }

    /** The document as it is now. */
    String source() throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(base + session + "/source"))
                        .GET())
                .asText();
    }

    /** What the console has said since it was last asked. */
    List<String> console() throws IOException, InterruptedException {
        return log("browser");
    }

    /** Addresses that were asked for since this was last called. */
    List<String> requests() throws IOException, InterruptedException {
        List<String> addresses = new ArrayList<>();
        for (String line : log("performance")) {
            JsonNode message = JSON.readTree(line).path("message");
            if (message.path("method").asText().equals("Network.requestWillBeSent")) {
                addresses.add(message.path("params").path("request").path("url").asText());
            }
        }
        return addresses;
    }

    private List<String> log(String type) throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        post(session + "/se/log", Map.of("type", type))
                .forEach(entry -> lines.add(entry.path("message").asText()));
        return lines;
    }

    private JsonNode post(String path, Map<String, Object> body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(base + path))
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body))));
    }

    private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                client.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
        JsonNode value = JSON.readTree(answer.body()).path("value");
        if (answer.statusCode() != 200) {
            throw new IOException(
                    value.path("error").asText() + ": " + value.path("message").asText());
        }
        return value;
    }

    @Override
    public void close() throws IOException {
        try {
            send(HttpRequest.newBuilder(URI.create(base + session)).DELETE());
            client.close();
            driver.destroy();
            driver.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            driver.destroyForcibly();
        }
    }
}
