package dev.gpudiag.agent.sampling;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One thing at a time on a thread of its own, so that a native call that never returns costs one thread and no caller.
 *
 * <p>The thread is a daemon: it never keeps the JVM alive. Not thread-safe: one caller starts and awaits.
 */
final class SingleFlight<T> {

    private final ThreadPoolExecutor executor;
    private FutureTask<T> flight;
    private long startedNanos;

    SingleFlight(String name) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory threads = task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
        executor = new ThreadPoolExecutor(1, 1, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
        executor.allowCoreThreadTimeOut(true);
    }

    /** Starts {@code task} unless an earlier one has not come back; says whether it was started. */
    boolean start(Callable<T> task) {
        if (inFlight()) {
            return false;
        }
        flight = new FutureTask<>(task);
        startedNanos = System.nanoTime();
        executor.execute(flight);
        return true;
    }

    boolean inFlight() {
        return flight != null && !flight.isDone();
    }

    /** How long the task that was started last has been running, or ran until now. */
    Duration sinceStart() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    /** Leaves out a time in which this whole process stood still, and no call can have been blamed for it. */
    void excuse(Duration standstill) {
        startedNanos = Math.min(System.nanoTime(), startedNanos + standstill.toNanos());
    }

    /** What the last task gave since nobody has taken it, without waiting; empty when it has not come back. */
    Optional<T> harvest() {
        if (flight == null || !flight.isDone()) {
            return Optional.empty();
        }
        Optional<T> result = await(0);
        flight = null;
        return result;
    }

    /** What the last task gave or, once, threw, waiting {@code nanos} at most; empty when it has not come back. */
    Optional<T> await(long nanos) {
        if (flight == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(flight.get(Math.max(nanos, 0), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            flight = null; // told once: whoever asks again has the next task started
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("a reading failed: " + e.getCause(), e.getCause());
        }
    }

    /** Lets the thread go once the task that is under way ends, which may be never; does not wait. */
    void abandon() {
        executor.shutdown();
    }

    /** Waits for the task that is under way, for as long as it takes, and lets the thread go. */
    void close() {
        executor.close();
    }
}
