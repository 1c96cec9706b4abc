package dev.gpudiag.agent.endpoints;

import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.ServingEndpoint;
import dev.gpudiag.telemetry.ServingEngine;
import dev.gpudiag.telemetry.ServingEngine.Figure;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/** One endpoint, asked again at most once per interval, one request at a time. Not thread-safe. */
final class EndpointReader {

    private final String url;
    private final EndpointClient client;
    private final Duration interval;
    private final LongSupplier nanoTime;
    private CompletableFuture<Reading<String>> pending;
    private Optional<Reading<ServingEngine>> latest = Optional.empty();
    private long startedNanos;
    private OptionalDouble preemptions = OptionalDouble.empty();
    private long preemptionsNanos;

    EndpointReader(String url, EndpointClient client, Duration interval, LongSupplier nanoTime) {
        this.url = url;
        this.client = client;
        this.interval = interval;
        this.nanoTime = nanoTime;
    }

    /** Asks, if it is time to. */
    void start() {
        boolean due =
                pending == null && (latest.isEmpty() || nanoTime.getAsLong() - startedNanos >= interval.toNanos());
        if (due) {
            startedNanos = nanoTime.getAsLong();
            pending = client.get(url);
        }
    }

    /** The last answer; only where there is none yet, one that is under way is waited for. */
    ServingEndpoint latest(Duration wait) {
        if (pending != null && (pending.isDone() || (latest.isEmpty() && answers(wait)))) {
            take(pending.join());
        }
        Reading<ServingEngine> none =
                Reading.missing(Reason.TIMED_OUT, url, "no answer within " + wait.toMillis() + " ms");
        return new ServingEndpoint(url, latest.orElse(none));
    }

    private boolean answers(Duration wait) {
        try {
            pending.get(wait.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("the client completes with a reading, whatever happens", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void take(Reading<String> page) {
        pending = null;
        latest = Optional.of(page.map(this::engine));
    }

    private ServingEngine engine(String page) {
        EngineMetrics metrics = EngineMetrics.of(page);
        return new ServingEngine(url, metrics.kind(), metrics.figures(), preemptionsPerMinute(metrics));
    }

    /** A counter that is smaller than before belongs to an engine that was started anew. */
    private OptionalDouble preemptionsPerMinute(EngineMetrics metrics) {
        Double now = metrics.figures().get(Figure.PREEMPTIONS);
        OptionalDouble before = preemptions;
        double minutes = (startedNanos - preemptionsNanos) / 60e9;
        preemptions = now == null ? OptionalDouble.empty() : OptionalDouble.of(now);
        preemptionsNanos = startedNanos;
        return now == null || before.isEmpty() || now < before.getAsDouble() || minutes <= 0
                ? OptionalDouble.empty()
                : OptionalDouble.of((now - before.getAsDouble()) / minutes);
    }
}
