package dev.gpudiag.agent.state;

import dev.gpudiag.checks.memory.MemoryGrowth;
import java.time.Duration;
import java.time.Instant;

/**
 * Has how memory has grown saved once a minute and at the end.
 *
 * <p>To be called on the thread that adds samples; the disk is written elsewhere.
 */
public final class GrowthKeeper {

    private static final String STORE = "memory-growth";
    private static final Duration INTERVAL = Duration.ofSeconds(55);

    private final GrowthStore store;
    private final MemoryGrowth growth;
    private final StateWriter writer;
    private Instant savedAt = Instant.MIN;

    public GrowthKeeper(GrowthStore store, MemoryGrowth growth, StateWriter writer) {
        this.store = store;
        this.growth = growth;
        this.writer = writer;
    }

    /** Saves where a minute is nearly over. */
    public void see(Instant now) {
        if (savedAt.equals(Instant.MIN)) {
            savedAt = now;
        }
        if (!now.isBefore(savedAt.plus(INTERVAL)) || now.isBefore(savedAt)) {
            end(now);
        }
    }

    /** Saves whether it is due or not. */
    public void end(Instant now) {
        savedAt = now;
        byte[] state = store.format(growth, now);
        writer.submit(STORE, () -> store.save(state));
    }
}
