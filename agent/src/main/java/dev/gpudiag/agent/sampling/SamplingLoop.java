package dev.gpudiag.agent.sampling;

import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.SampleHistory;
import dev.gpudiag.telemetry.WorkloadHistory;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The agent's heartbeat: samples, remembers and judges once per interval, on one thread, and publishes the report.
 *
 * <p>A hung driver never stops it: the sampler comes back by its deadline. Readers take {@link #report()}.
 */
public final class SamplingLoop implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(SamplingLoop.class.getName());

    /** Rounds that may be missed before the loop is called stalled. */
    private static final int STALLED_ROUNDS = 30;

    private final NodeSampler sampler;
    private final SampleHistory history;
    private final MemoryGrowth growth;
    private final WorkloadHistory workloads = new WorkloadHistory(WorkloadHistory.LIMIT, WorkloadHistory.KEPT);
    private final Optional<Baseline> baseline;
    private CheckRunner runner;
    private Settings settings;
    private volatile Duration interval;
    private final Duration deadline;
    private volatile Consumer<Report> listener = round -> {};
    private final ScheduledExecutorService scheduler;
    private final ClockWatch clock = new ClockWatch(NodeClock.system());
    private Pace pace;

    /** Why the last round failed: the same reason is logged once. */
    private Optional<String> failure = Optional.empty();

    private boolean closed;
    private final AtomicBoolean hastened = new AtomicBoolean();
    private volatile Duration lastRound = Duration.ZERO;
    private volatile Report report;
    private volatile Reading<KernelLog> kernelLog = Reading.notRead("no round has ended");
    private volatile long lastTickNanos = System.nanoTime();

    /**
     * A loop that is not yet started.
     *
     * @param deadline after how long without an answer a GPU is unresponsive
     */
    public SamplingLoop(
            NodeSampler sampler,
            SampleHistory history,
            MemoryGrowth growth,
            CheckRunner runner,
            Settings settings,
            Optional<Baseline> baseline,
            Duration interval,
            Duration deadline) {
        this.sampler = sampler;
        this.history = history;
        this.growth = growth;
        this.runner = runner;
        this.settings = settings;
        this.baseline = baseline;
        this.interval = interval;
        this.deadline = deadline;
        this.scheduler = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "gpudiag-sampling");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Has a round told after each tick, on the loop's thread, for example to render pages. To be set before the first one. */
    public void listen(Consumer<Report> told) {
        listener = told;
    }

    /** Begins to beat: at once, then once per interval; a round that was missed is left out. */
    public void start() {
        pace = new Pace(System.nanoTime(), interval);
        scheduler.execute(this::beat);
    }

    /** Goes on with other checks, settings and interval from the next round on; what was seen before stays known. */
    public synchronized void change(CheckRunner checks, Settings changed, Duration between) {
        if (!closed) {
            scheduler.execute(() -> {
                runner = checks;
                settings = changed;
                if (!between.equals(interval)) {
                    interval = between;
                    pace = new Pace(System.nanoTime(), between);
                }
            });
        }
    }

    /** Time between two rounds. */
    public Duration interval() {
        return interval;
    }

    private void beat() {
        try {
            guardedTick();
        } finally {
            scheduleNext();
        }
    }

    private synchronized void scheduleNext() {
        if (!closed) {
            var _ = scheduler.schedule(this::beat, pace.untilNext(System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }

    /** Has a round soon, out of turn: something was asked for that should not wait for the next one. */
    public synchronized void hasten() {
        if (!closed && hastened.compareAndSet(false, true)) {
            scheduler.execute(() -> {
                hastened.set(false);
                guardedTick();
            });
        }
    }

    private void guardedTick() {
        try {
            tick();
            failure.ifPresent(before -> LOG.log(System.Logger.Level.INFO, "sampling rounds go well again"));
            failure = Optional.empty();
        } catch (RuntimeException e) {
            // the scheduler would drop the loop without a word: the next round may go well, and /healthz tells
            if (!failure.equals(Optional.of(e.toString()))) {
                LOG.log(System.Logger.Level.ERROR, "a sampling round failed", e);
            }
            failure = Optional.of(e.toString());
        }
    }

    /** One round; public so that a test or a simulation can drive it by itself. */
    public void tick() {
        clock.look()
                .ifPresent(by -> LOG.log(
                        System.Logger.Level.WARNING,
                        "the clock was set {0} by {1} s, or the machine slept: intervals and ages do not count it",
                        by.isNegative() ? "back" : "forward",
                        by.abs().toSeconds()));
        long begun = System.nanoTime();
        NodeSample sample = sampler.sample(patience(), deadline);
        history.add(sample);
        workloads.add(sample);
        growth.add(sample);
        kernelLog = sampler.kernelLog();
        report = runner.run(new Evidence(sample, history, settings, baseline)
                .withWorkloads(workloads)
                .withKernelLog(kernelLog)
                .withGrowth(growth));
        lastRound = Duration.ofNanos(System.nanoTime() - begun);
        listener.accept(report);
        lastTickNanos = System.nanoTime();
    }

    /** How long a round waits for GPUs that are slow: rounds far apart still find a driver that hangs by the deadline. */
    private Duration patience() {
        Duration half = interval.dividedBy(2);
        return half.compareTo(deadline) < 0 ? half : deadline;
    }

    /** How long the last round took to sample and judge. */
    public Duration lastRound() {
        return lastRound;
    }

    /** The last report; empty before the first tick has ended. */
    public Optional<Report> report() {
        return Optional.ofNullable(report);
    }

    /** The kernel log as the last round saw it. */
    public Reading<KernelLog> kernelLog() {
        return kernelLog;
    }

    /** Time since the last round ended. */
    public Duration sinceLastTick() {
        return Duration.ofNanos(System.nanoTime() - lastTickNanos);
    }

    /** Why the rounds do not go on; empty while they do. Never depends on the driver. */
    public Optional<String> stalled() {
        Duration since = sinceLastTick();
        Duration limit = interval.multipliedBy(STALLED_ROUNDS).plusSeconds(STALLED_ROUNDS);
        return since.compareTo(limit) < 0
                ? Optional.empty()
                : Optional.of("no sampling round has ended for " + since.toSeconds() + " s");
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        scheduler.shutdownNow();
        sampler.close();
    }
}
