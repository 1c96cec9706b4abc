package dev.gpudiag.agent.page;

import dev.gpudiag.checks.Report;
import dev.gpudiag.telemetry.GpuSample;
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

    private final Supplier<Optional<Report>> reports;
    private final SampleHistory history;
    private final Supplier<Instant> clock;
    private final Supplier<AgentState> agent;
    private final LongSupplier nanoTime;

    private volatile Trends trends = new Trends(Instant.MIN, Map.of());
    private byte[] page = new byte[0];
    private long writtenNanos;

    /** The hour up to an instant, of each GPU by {@code GpuIdentity.key()}. */
    private record Trends(Instant until, Map<String, GpuTrends> byGpu) {}

    /**
     * A page that nothing was seen for.
     *
     * @param reports the last report
     * @param history what the thread that calls {@link #see} writes
     * @param clock the time of the samples
     * @param agent how the agent is
     * @param nanoTime time that always passes, such as {@code System::nanoTime}
     */
    public StatusPage(
            Supplier<Optional<Report>> reports,
            SampleHistory history,
            Supplier<Instant> clock,
            Supplier<AgentState> agent,
            LongSupplier nanoTime) {
        this.reports = reports;
        this.history = history;
        this.clock = clock;
        this.agent = agent;
        this.nanoTime = nanoTime;
    }

    /** Takes over the last hour once in half a minute; to be called by the thread that adds samples to the history. */
    public void see(Report report) {
        Instant now = report.sample().takenAt();
        Trends last = trends;
        boolean due = last.until().equals(Instant.MIN)
                || now.isBefore(last.until())
                || !now.isBefore(last.until().plus(Trend.SPAN.dividedBy(Trend.BUCKETS)));
        if (!due) {
            return;
        }
        Map<String, GpuTrends> byGpu = new HashMap<>();
        for (GpuSample gpu : report.sample().gpus()) {
            GpuTrends hour = GpuTrends.of(history, gpu.identity(), now);
            if (!hour.isEmpty()) {
                byGpu.put(gpu.identity().key(), hour);
            }
        }
        trends = new Trends(now, Map.copyOf(byGpu));
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
        PageView view = new PageView(reports.get(), trends.byGpu(), clock.get(), agent.get());
        return PageDocument.write(view, expectedLength).getBytes(StandardCharsets.UTF_8);
    }

    /** The headers that belong to the page: nothing is loaded from anywhere, nobody frames it, nothing is sent along. */
    public static Map<String, String> headers() {
        return PageDocument.HEADERS;
    }
}
