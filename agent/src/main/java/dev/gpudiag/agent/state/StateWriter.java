package dev.gpudiag.agent.state;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Saves state on a thread of its own: a disk that hangs holds up no sample, no page and no shutdown.
 *
 * <p>Holds one task per part of the state: while the disk is slow or full, a newer one takes the place of the one that
 * waits. What failed is tried again every ten seconds. Thread-safe.
 */
public final class StateWriter implements AutoCloseable {

    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(1);

    private final StateHealth health;
    private final long retryNanos;
    private final Map<String, Task> waiting = new LinkedHashMap<>();
    private final Map<String, Task> failed = new LinkedHashMap<>();
    private final Thread thread;
    private long retryAt;
    private boolean busy;
    private boolean closed;

    /** Saves one part; throws a message for people where that was not possible. */
    @FunctionalInterface
    public interface Task {
        void save() throws IOException;
    }

    private record Named(String store, Task task) {}

    public StateWriter(StateHealth health) {
        this(health, RETRY);
    }

    StateWriter(StateHealth health, Duration retry) {
        this.health = health;
        this.retryNanos = retry.toNanos();
        thread = new Thread(this::run, "gpudiag-state");
        thread.setDaemon(true);
        thread.start();
    }

    /** Has a part saved soon; never waits. What comes after {@link #close()} is dropped. */
    public synchronized void submit(String store, Task task) {
        if (!closed) {
            failed.remove(store);
            waiting.put(store, task);
            notifyAll();
        }
    }

    private void run() {
        for (Optional<Named> next = next(); next.isPresent(); next = next()) {
            save(next.get());
        }
    }

    private void save(Named part) {
        try {
            part.task().save();
            health.saved(part.store());
        } catch (IOException e) {
            health.failed(part.store(), String.valueOf(e.getMessage()));
            again(part);
        } catch (RuntimeException e) {
            // the thread must go on for the other parts
            health.failed(part.store(), "a bug in gpudiag: " + e);
        }
    }

    private synchronized void again(Named part) {
        if (failed.isEmpty()) {
            retryAt = System.nanoTime() + retryNanos;
        }
        if (!waiting.containsKey(part.store())) {
            failed.put(part.store(), part.task());
        }
    }

    /** The next task; empty when all is saved and no more may come. */
    private synchronized Optional<Named> next() {
        busy = false;
        notifyAll();
        try {
            while (waiting.isEmpty() && !closed) {
                long left = retryAt - System.nanoTime();
                if (!failed.isEmpty() && left <= 0) {
                    waiting.putAll(failed);
                    failed.clear();
                } else {
                    wait(failed.isEmpty() ? 0 : left / 1_000_000 + 1);
                }
            }
        } catch (InterruptedException e) {
            return Optional.empty();
        }
        if (waiting.isEmpty()) {
            return Optional.empty();
        }
        busy = true;
        String store = waiting.keySet().iterator().next();
        return Optional.of(new Named(store, waiting.remove(store)));
    }

    /** Waits until everything that was submitted was tried, no longer than {@code limit}; whether it was. */
    public synchronized boolean await(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (busy || !waiting.isEmpty()) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    /** Saves what waits, and waits a second for it at most. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            thread.join(CLOSE_WAIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
