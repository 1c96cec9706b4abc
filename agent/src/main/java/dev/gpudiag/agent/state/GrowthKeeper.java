package dev.gpudiag.agent.state;

import dev.gpudiag.checks.memory.MemoryGrowth;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Saves how memory has grown once a minute and at the end, on a thread of its own: a disk that hangs holds up no sample.
 *
 * <p>{@link #see} is called on the thread that adds samples.
 */
public final class GrowthKeeper implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(GrowthKeeper.class.getName());
    private static final Duration INTERVAL = Duration.ofSeconds(55);
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(1);

    private final GrowthStore store;
    private final MemoryGrowth growth;
    private final AtomicBoolean busy = new AtomicBoolean();
    private final ExecutorService writer = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "gpudiag-growth-state");
        thread.setDaemon(true);
        return thread;
    });
    private Instant savedAt = Instant.MIN;
    private Optional<String> complaint = Optional.empty();

    public GrowthKeeper(GrowthStore store, MemoryGrowth growth) {
        this.store = store;
        this.growth = growth;
    }

    /** Saves where a minute is nearly over. */
    public void see(Instant now) {
        if (savedAt.equals(Instant.MIN)) {
            savedAt = now;
        }
        boolean due = !now.isBefore(savedAt.plus(INTERVAL)) || now.isBefore(savedAt);
        if (due && busy.compareAndSet(false, true)) {
            savedAt = now;
            byte[] state = store.format(growth, now);
            writer.execute(() -> write(state));
        }
    }

    private void write(byte[] state) {
        try {
            Optional<String> said = store.save(state);
            if (!said.equals(complaint)) {
                said.ifPresent(message -> LOG.log(System.Logger.Level.WARNING, message));
                complaint = said;
            }
        } finally {
            busy.set(false);
        }
    }

    /** Saves a last time; no sample may be added any more. */
    public void end(Instant now) {
        byte[] state = store.format(growth, now);
        writer.execute(() -> write(state));
        close();
    }

    @Override
    public void close() {
        writer.shutdown();
        try {
            writer.awaitTermination(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
