package dev.gpudiag.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.metrics.AgentFigures;
import dev.gpudiag.agent.metrics.MetricOptions;
import dev.gpudiag.agent.metrics.MetricsFormat;
import dev.gpudiag.agent.metrics.MetricsPage;
import dev.gpudiag.agent.metrics.NodeCollector;
import dev.gpudiag.agent.metrics.Rendering;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.SampleHistory;
import dev.gpudiag.telemetry.SampleSource;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What scrapers get over HTTP from a page as the agent renders it. */
@Timeout(60)
class MetricsRouteTest {

    private static final String OPENMETRICS = "application/openmetrics-text";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final AgentFigures figures = new AgentFigures();
    private final MetricsPage page = page();
    private final HttpServer server = new HttpServer(
            new ListenAddress("127.0.0.1", 0),
            new Rendered(page),
            new HttpServer.Around(
                    List.of(), new LocalActions(Optional.empty(), List.of()), figures.http(), Optional.empty()));
    private final HttpClient client = HttpClient.newHttpClient();

    private record Rendered(MetricsPage rendered) implements HttpServer.Content {
        @Override
        public Rendering metrics(MetricsFormat format, boolean gzip, Collection<String> names) {
            return rendered.page(format, gzip, names);
        }

        @Override
        public byte[] page() {
            return new byte[0];
        }

        @Override
        public Map<String, String> pageHeaders() {
            return Map.of();
        }

        @Override
        public Optional<String> stalled() {
            return Optional.empty();
        }

        @Override
        public boolean ready() {
            return false;
        }
    }

    private MetricsPage page() {
        Report report = new CheckRunner(List.of())
                .run(new Evidence(
                        Nodes.node(SampleSource.live(), Nodes.answering(0)),
                        SampleHistory.none(),
                        Settings.defaults(),
                        Optional.empty()));
        MetricsPage rendered = new MetricsPage(new NodeCollector(
                () -> Optional.of(report),
                () -> Nodes.NOON,
                "1.2.3",
                MemoryGrowth.none(),
                Optional::empty,
                MetricOptions.STANDARD,
                figures,
                new PrometheusRegistry()));
        rendered.render();
        return rendered;
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1 | OPENMETRICS",
                "application/openmetrics-text | OPENMETRICS",
                "APPLICATION/OpenMetrics-Text ; version=1.0.0 | OPENMETRICS",
                "application/openmetrics-text,text/plain | OPENMETRICS",
                "text/plain;q=0.9,application/openmetrics-text;q=0.5 | TEXT",
                "text/*;q=0.9,application/openmetrics-text;q=0.5 | TEXT",
                "application/openmetrics-text;q=0 | TEXT",
                "application/openmetrics-text;q=0,text/plain;q=0 | TEXT",
                "application/openmetrics-text;q=loud | TEXT",
                "application/openmetrics-text;q=-1 | TEXT",
                "application/openmetrics-texts | TEXT",
                "text/html,application/xhtml+xml,*/*;q=0.8 | TEXT",
                "*/* | TEXT",
                "'' | TEXT",
                ",;,;q=,=; | TEXT"
            })
    void theFormatIsTheOneThatTheScraperPrefers(String accept, MetricsFormat format) throws Exception {
        HttpResponse<byte[]> answer = get("/metrics", "Accept", accept);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains(format.contentType());
        assertThat(text(answer).endsWith("# EOF\n")).isEqualTo(format == MetricsFormat.OPENMETRICS);
        assertThat(text(answer)).contains("gpudiag_driver_up 1.0\n");
    }

    @Test
    void aScraperThatSaysNothingGetsTextAsItIs() throws Exception {
        HttpResponse<byte[]> answer = get("/metrics");

        assertThat(answer.headers().firstValue("Content-Type")).contains(MetricsFormat.TEXT.contentType());
        assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(answer.headers().allValues("Vary")).anyMatch(value -> value.contains("Accept-Encoding"));
        assertThat(answer.body()).isEqualTo(page.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "GZIP", "deflate, gzip;q=0.5", "br,gzip , identity"})
    void whoTakesGzipGetsIt(String encoding) throws Exception {
        HttpResponse<byte[]> answer = get("/metrics", "Accept-Encoding", encoding);

        assertThat(answer.headers().firstValue("Content-Encoding")).contains("gzip");
        assertThat(new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes())
                .isEqualTo(page.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "gzip;q=0", "gzip;q=0.0, identity", "deflate", "gzipped"})
    void whoDoesNotGetsThePageAsItIs(String encoding) throws Exception {
        HttpResponse<byte[]> answer = get("/metrics", "Accept-Encoding", encoding);

        assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(answer.body()).isEqualTo(page.text());
    }

    @Test
    void namedFamiliesAreGivenAloneAndAnUnknownOneGivesNothing() throws Exception {
        HttpResponse<byte[]> two =
                get("/metrics?name[]=gpudiag_driver_up&name%5B%5D=gpudiag_gpu_power_watts&name[]=gpudiag_nothing");
        HttpResponse<byte[]> none = get("/metrics?name[]=gpudiag_nothing", "Accept", OPENMETRICS);

        assertThat(text(two).lines().filter(line -> line.startsWith("# TYPE")))
                .containsExactlyInAnyOrder("# TYPE gpudiag_driver_up gauge", "# TYPE gpudiag_gpu_power_watts gauge");
        assertThat(none.statusCode()).isEqualTo(200);
        assertThat(text(none)).isEqualTo("# EOF\n");
    }

    @Test
    void moreNamesThanAreLookedForAreRefused() throws Exception {
        String names = IntStream.rangeClosed(0, MetricsPage.MOST_NAMES)
                .mapToObj(number -> "name[]=m" + number)
                .collect(Collectors.joining("&"));

        HttpResponse<byte[]> answer = get("/metrics?" + names);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(text(answer)).contains("101 names, at most 100");
    }

    @Test
    void answersAreCountedByRouteAndCodeAndNeverByWhatAClientMadeUp() throws Exception {
        get("/healthz");
        get("/healthz");
        get("/readyz");
        get("/made/up");
        get("/made/up/too?x=1");

        assertThat(awaitPage("gpudiag_http_requests_total{code=\"404\",route=\"other\"} 2.0\n"))
                .contains("gpudiag_http_requests_total{code=\"200\",route=\"/healthz\"} 2.0\n")
                .contains("gpudiag_http_requests_total{code=\"503\",route=\"/readyz\"} 1.0\n")
                .containsPattern("gpudiag_http_request_seconds_total\\{route=\"/healthz\"} [0-9.E-]+\n")
                .doesNotContain("made");
    }

    /** The page once a request is counted, which is done after its answer is written. */
    private String awaitPage(String wanted) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String text = "";
        while (!text.contains(wanted) && System.nanoTime() < end) {
            page.render();
            text = new String(page.text(), StandardCharsets.UTF_8);
        }
        return text;
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws IOException, InterruptedException {
        // brackets as Prometheus sends them are no URI for Java
        URI address = URI.create(
                "http://127.0.0.1:" + server.port() + path.replace("[", "%5B").replace("]", "%5D"));
        HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(PATIENCE);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }
}
