package dev.gpudiag.agent.endpoints;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.agent.sampling.NodeSampler;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.SampleSource;
import dev.gpudiag.telemetry.ServingEndpoint;
import dev.gpudiag.telemetry.ServingEngine;
import dev.gpudiag.telemetry.ServingEngine.Figure;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EndpointSamplerTest {

    private static final Duration WAIT = Duration.ofSeconds(20);
    private static final String VLLM = """
            # HELP vllm:kv_cache_usage_perc KV-cache usage. 1 means 100 percent usage.
            # TYPE vllm:kv_cache_usage_perc gauge
            vllm:kv_cache_usage_perc{engine="0",model_name="a}\\"b"} 0.25
            vllm:kv_cache_usage_perc{engine="1",model_name="m"} 0.75
            vllm:num_requests_running{engine="0"} 3.0
            vllm:num_requests_running{engine="1"} 4.0
            vllm:num_requests_waiting{engine="0"} 0.0
            vllm:num_preemptions_total{engine="0"} 12.0 1700000000000
            vllm:other NaN
            """;

    private final CountDownLatch released = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;
    private volatile String page = VLLM;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/metrics", exchange -> send(exchange, 200, page.getBytes(UTF_8)));
        server.createContext("/moved", exchange -> {
            exchange.getResponseHeaders().add("Location", url("/metrics"));
            send(exchange, 302, new byte[0]);
        });
        server.createContext("/gone", exchange -> send(exchange, 404, new byte[0]));
        server.createContext("/huge", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                byte[] part = new byte[1 << 16];
                for (int i = 0; i < 1000; i++) {
                    out.write(part);
                }
            }
        });
        server.createContext("/drip", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('v');
            exchange.getResponseBody().flush();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        released.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    @Test
    void theKernelLogAndProcessesOfTheNodeAreStillThere() {
        NodeSampler node = new NodeSampler() {
            @Override
            public NodeSample sample(Duration wait, Duration deadline) {
                return Nodes.node(SampleSource.live(), Nodes.answering(0, 1));
            }

            @Override
            public Reading<KernelLog> kernelLog() {
                return Reading.notRead("the log of this node");
            }

            @Override
            public Optional<GpuHolder> process(long pid, Duration within) {
                throw new IllegalStateException("asked for " + pid);
            }

            @Override
            public void close() {}
        };
        try (EndpointSampler sampler = new EndpointSampler(node, List.of(url("/metrics")), Duration.ofHours(1))) {
            assertThat(sampler.kernelLog().describe()).isEqualTo("the log of this node");
            assertThatThrownBy(() -> sampler.process(7, WAIT)).hasMessage("asked for 7");
        }
    }

    private static NodeSampler driver() {
        return new NodeSampler() {
            @Override
            public NodeSample sample(Duration wait, Duration deadline) {
                return Nodes.node(SampleSource.live(), Nodes.answering(0, 1));
            }

            @Override
            public void close() {
                // nothing is open
            }
        };
    }

    private ServingEndpoint asked(String url) {
        try (EndpointSampler sampler = new EndpointSampler(driver(), List.of(url), Duration.ofHours(1))) {
            return sampler.sample(WAIT, WAIT).endpoints().getFirst();
        }
    }

    @Test
    void metricsOfAnEngineAreInTheSample() {
        ServingEngine engine = asked(url("/metrics")).engine().value().orElseThrow();
        assertThat(engine.kind()).isEqualTo(ServingEngine.Kind.VLLM);
        assertThat(engine.figure(Figure.KV_CACHE_USAGE)).contains(0.75);
        assertThat(engine.figure(Figure.REQUESTS_RUNNING)).contains(7.0);
        assertThat(engine.figure(Figure.PREEMPTIONS)).contains(12.0);
        assertThat(engine.preemptionsPerMinute()).isEmpty();
    }

    @Test
    void otherEnginesAreKnownByTheirNames() {
        page = "sglang:token_usage 0.5\nsglang:num_queue_reqs{a=\"b\"} 2\n";
        ServingEngine engine = asked(url("/metrics")).engine().value().orElseThrow();
        assertThat(engine.kind()).isEqualTo(ServingEngine.Kind.SGLANG);
        assertThat(engine.figure(Figure.REQUESTS_WAITING)).contains(2.0);
        page = """
                nv_gpu_memory_used_bytes{gpu_uuid="G"} 1
                nv_pinned_memory_pool_total_bytes 268435456
                nv_pinned_memory_pool_used_bytes 1024
                """;
        engine = asked(url("/metrics")).engine().value().orElseThrow();
        assertThat(engine.kind()).isEqualTo(ServingEngine.Kind.TRITON);
        assertThat(engine.figure(Figure.POOL_TOTAL)).contains(268435456.0);
        page = """
                jax_bytes_in_use{device="0"} 10
                jax_bytes_limit 100
                jax_largest_free_block_bytes 50
                jax_peak_bytes_in_use 90
                """;
        engine = asked(url("/metrics")).engine().value().orElseThrow();
        assertThat(engine.kind()).isEqualTo(ServingEngine.Kind.JAX);
        assertThat(engine.figure(Figure.BYTES_IN_USE)).contains(10.0);
        page =
                "up 1\n{broken\nx{\"\nvllm:kv_cache_usage_perc\nvllm:kv_cache_usage_perc{ 0.5\nvllm:kv_cache_usage_perc 7\n";
        engine = asked(url("/metrics")).engine().value().orElseThrow();
        assertThat(engine.figures()).isEmpty();
    }

    @Test
    void preemptionsPerMinuteAreTheDifferenceOfTwoReadings() {
        AtomicLong now = new AtomicLong();
        EndpointReader reader =
                new EndpointReader(url("/metrics"), new EndpointClient(WAIT), Duration.ofSeconds(10), now::get);
        read(reader);
        page = VLLM.replace("} 12.0 17", "} 15.0 17");
        now.set(Duration.ofSeconds(5).toNanos());
        assertThat(read(reader).preemptionsPerMinute()).as("not due").isEmpty();
        now.set(Duration.ofSeconds(30).toNanos());
        assertThat(next(reader).preemptionsPerMinute().orElseThrow()).isCloseTo(6, within(1e-9));
        page = VLLM.replace("} 12.0 17", "} 1.0 17");
        now.set(Duration.ofSeconds(60).toNanos());
        assertThat(next(reader).preemptionsPerMinute()).as("started anew").isEmpty();
    }

    private static ServingEngine read(EndpointReader reader) {
        reader.start();
        return reader.latest(WAIT).engine().value().orElseThrow();
    }

    /** Waits for the answer that is under way, without a clock: it is there when the figures have changed. */
    private static ServingEngine next(EndpointReader reader) {
        ServingEngine before = reader.latest(WAIT).engine().value().orElseThrow();
        reader.start();
        ServingEngine after = before;
        while (after.equals(before)) {
            Thread.onSpinWait();
            after = reader.latest(WAIT).engine().value().orElseThrow();
        }
        return after;
    }

    @Test
    void whatIsNoPageIsAReasonAndRedirectsAreNotFollowed() {
        assertThat(asked(url("/moved")).engine().describe()).isEqualTo("sends elsewhere, which is not followed (302)");
        assertThat(asked(url("/gone")).engine().describe()).isEqualTo("HTTP status (404)");
        assertThat(asked(url("/huge")).engine().describe()).contains("longer than 4194304 bytes");
        assertThat(asked("http://127.0.0.1:1/metrics").engine().describe()).isEqualTo("connection refused");
        assertThat(asked("http://127.0.0.1:99999/metrics").engine().isPresent()).isFalse();
    }

    @Test
    void anEndpointThatNeverEndsItsAnswerIsTimedOut() {
        EndpointReader reader = new EndpointReader(
                url("/drip"), new EndpointClient(Duration.ofMillis(300)), Duration.ofHours(1), System::nanoTime);
        reader.start();
        assertThat(reader.latest(WAIT).engine().reason()).contains(Reason.TIMED_OUT);
        reader.start();
        assertThat(reader.latest(WAIT).engine().reason())
                .as("not asked again at once")
                .contains(Reason.TIMED_OUT);
    }
}
