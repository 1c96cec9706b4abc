package dev.gpudiag.agent.page;

import dev.gpudiag.checks.Report;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.SampleHistory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The page at {@code /}, from memory: the last report as of now, and the last hour of each GPU.
 *
 * <p>Written when somebody asks, once a second at most, and kept for a second. The sampling thread hands over the history
 * with {@link #see}; any thread may ask for {@link #html}. Never waits for the driver.
 */
public final class StatusPage {

    private static final long KEPT_NANOS = Duration.ofSeconds(1).toNanos();

    private final SampleHistory history;
    private final Supplier<Instant> clock;
    private final Supplier<AgentState> agent;
    private final LongSupplier nanoTime;

    private volatile Optional<Seen> seen = Optional.empty();
    private byte[] page = new byte[0];
    private long writtenNanos;

    /**
     * A report with the past that belongs to it.
     *
     * @param until end of the hour
     * @param trends the hour by {@code GpuIdentity.key()}
     */
    private record Seen(Report report, Instant until, Map<String, GpuTrends> trends) {}

    /**
     * A page that nothing was seen for.
     *
     * @param history what the thread that calls {@link #see} writes
     * @param clock the time of the samples
     * @param agent how the agent is
     * @param nanoTime time that always passes, such as {@code System::nanoTime}
     */
    public StatusPage(
            SampleHistory history, Supplier<Instant> clock, Supplier<AgentState> agent, LongSupplier nanoTime) {
        this.history = history;
        this.clock = clock;
        this.agent = agent;
        this.nanoTime = nanoTime;
    }

    /**
     * Takes over a report, and the last hour once in half a minute; to be called by the thread that adds samples to the
     * history.
     */
    public void see(Report report) {
        Instant now = report.sample().takenAt();
        seen = Optional.of(seen.filter(last -> isRecent(last, now))
                .map(last -> new Seen(report, last.until(), last.trends()))
                .orElseGet(() -> new Seen(report, now, trends(report.sample(), now))));
    }

    private static boolean isRecent(Seen last, Instant now) {
        return !now.isBefore(last.until()) && now.isBefore(last.until().plus(Trend.SPAN.dividedBy(Trend.BUCKETS)));
    }

    private Map<String, GpuTrends> trends(NodeSample sample, Instant now) {
        Map<String, GpuTrends> byGpu = new HashMap<>();
        for (GpuSample gpu : sample.gpus()) {
            GpuTrends hour = GpuTrends.of(history, gpu.identity(), now);
            if (!hour.isEmpty()) {
                byGpu.put(gpu.identity().key(), hour);
            }
        }
        return Map.copyOf(byGpu);
    }

    /** The document in UTF-8, at most a second old; not to be changed. */
    public synchronized byte[] html() {
        long now = nanoTime.getAsLong();
        if (page.length == 0 || now - writtenNanos >= KEPT_NANOS) {
            page = write(page.length + 4096);
            writtenNanos = now;
        }
        return page;
    }

    private byte[] write(int expectedLength) {
        Optional<Seen> last = seen;
        PageView view =
                new PageView(last.map(Seen::report), last.map(Seen::trends).orElse(Map.of()), clock.get(), agent.get());
        return PageDocument.write(view, expectedLength).getBytes(StandardCharsets.UTF_8);
    }

    /** The headers that belong to the page: nothing is loaded from anywhere, nobody frames it, nothing is sent along. */
    public static Map<String, String> headers() {
        return PageDocument.HEADERS;
    }
}
