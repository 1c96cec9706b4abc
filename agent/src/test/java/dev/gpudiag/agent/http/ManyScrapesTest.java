package dev.gpudiag.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.metrics.MetricsFormat;
import dev.gpudiag.agent.metrics.Rendering;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** As many scrapes as are answered at once, each of which waits for the test. */
@Timeout(60)
class ManyScrapesTest {

    private static final String SCRAPE_TIMEOUT = "X-Prometheus-Scrape-Timeout-Seconds";

    private final Semaphore begun = new Semaphore(0);
    private final Semaphore mayEnd = new Semaphore(0);
    private final HttpServer server =
            new HttpServer(new ListenAddress("127.0.0.1", 0), new Waiting(), HttpServer.Around.nothing());
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<CompletableFuture<HttpResponse<String>>> scrapes = new ArrayList<>();

    private final class Waiting implements HttpServer.Content {
        private final Pages pages = Pages.of("a 1\n");

        @Override
        public Rendering metrics(MetricsFormat format, boolean gzip, Collection<String> names) {
            begun.release();
            mayEnd.acquireUninterruptibly();
            return pages.metrics(format, gzip, names);
        }

        @Override
        public byte[] page() {
            return pages.page();
        }

        @Override
        public Map<String, String> pageHeaders() {
            return pages.pageHeaders();
        }

        @Override
        public Optional<String> stalled() {
            return pages.stalled();
        }

        @Override
        public boolean ready() {
            return pages.ready();
        }
    }

    @BeforeEach
    void scrapeAsManyAsAreAnswered() throws InterruptedException {
        for (int i = 0; i < Gate.MOST_SCRAPES; i++) {
            scrapes.add(scrape());
        }
        assertThat(begun.tryAcquire(Gate.MOST_SCRAPES, 20, TimeUnit.SECONDS)).isTrue();
    }

    @AfterEach
    void letThemEnd() {
        mayEnd.release(100);
        assertThat(scrapes)
                .allSatisfy(scrape -> assertThat(scrape.join().statusCode()).isEqualTo(200));
        client.close();
        server.close();
    }

    @Test
    void oneMoreWaitsForHalfOfItsScrapersTimeAndHearsWhy() {
        long asked = System.nanoTime();
        HttpResponse<String> refused = scrape(SCRAPE_TIMEOUT, "1.5").join();

        assertThat(Duration.ofNanos(System.nanoTime() - asked))
                .isBetween(Duration.ofMillis(750), Duration.ofSeconds(4));
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        assertThat(refused.body()).contains("8 scrapes are being answered already");
        assertThat(begun.availablePermits()).as("nothing was rendered for it").isZero();
    }

    @Test
    void aTimeThatIsNoneOrTooLongDoesNotKeepItWaitingForEver() {
        List<CompletableFuture<HttpResponse<String>>> more = List.of(
                scrape(),
                scrape(SCRAPE_TIMEOUT, "3600"),
                scrape(SCRAPE_TIMEOUT, "NaN"),
                scrape(SCRAPE_TIMEOUT, "-1"),
                scrape(SCRAPE_TIMEOUT, "1e9"));

        assertThat(more)
                .allSatisfy(scrape -> assertThat(scrape.join().statusCode()).isEqualTo(503));
    }

    @Test
    void oneMoreIsAnsweredWhenAPlaceIsFreeInItsTime() throws Exception {
        CompletableFuture<HttpResponse<String>> ninth = scrape(SCRAPE_TIMEOUT, "10");
        mayEnd.release();
        assertThat(begun.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
        mayEnd.release(Gate.MOST_SCRAPES); // whichever of them take it

        assertThat(ninth.join().statusCode()).isEqualTo(200);
    }

    @Test
    void otherPagesDoNotWaitForScrapes() throws Exception {
        HttpRequest health = request("/healthz").build();
        assertThat(client.send(health, HttpResponse.BodyHandlers.ofString()).body())
                .isEqualTo("ok\n");
    }

    private CompletableFuture<HttpResponse<String>> scrape(String... headers) {
        HttpRequest.Builder request = request("/metrics");
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Duration.ofSeconds(30));
    }
}
