package dev.gpudiag.agent.state;

import dev.gpudiag.checks.memory.MemoryGrowth;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Keeps how memory has grown in {@code memory-growth.state} of the state directory, so that a restart does not begin anew.
 *
 * <p>A file that is truncated, corrupted or not gpudiag's is set aside as {@code memory-growth.state.broken} (one of a newer
 * gpudiag as {@code .v3}) and nothing of it is used. Nothing is thrown for what the disk does.
 */
public final class GrowthStore {

    private static final String FILE = "memory-growth.state";
    private static final int SIZE_LIMIT = 64 * 1024 * 1024;

    /** A clock may be a little behind when the agent comes back; more than that is another's file. */
    private static final Duration AHEAD = Duration.ofMinutes(5);

    private final StateFile file;

    public GrowthStore(Path stateDirectory) {
        file = new StateFile(stateDirectory.resolve(FILE), SIZE_LIMIT);
    }

    /**
     * Goes on where an earlier agent left off.
     *
     * @param now time of the node
     * @return a message for the user, where a file was not used or not wholly
     */
    public Optional<String> load(MemoryGrowth into, Instant now) {
        try {
            GrowthFormat.Saved saved = GrowthFormat.parse(file.read());
            if (saved.savedAt().isAfter(now.plus(AHEAD))) {
                throw new StateFormatException("saved in the future, at " + saved.savedAt());
            }
            into.restore(saved.bootId(), saved.entries());
            return Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (StateFormatException e) {
            return Optional.of("memory growth begins anew: " + file.reason(e) + "; " + setAside(e));
        } catch (IOException e) {
            return Optional.of("memory growth begins anew: " + file.reason(e));
        }
    }

    private String setAside(StateFormatException why) {
        try {
            return "it is kept as " + file.setAside(why).orElse(file.path());
        } catch (IOException e) {
            return "it could not be set aside: " + file.reason(e);
        }
    }

    /** The bytes of a file; no sample is added meanwhile. */
    public byte[] format(MemoryGrowth growth, Instant now) {
        try {
            synchronized (growth) {
                return GrowthFormat.format(growth, now);
            }
        } catch (IOException e) {
            throw new IllegalStateException("names of GPUs and workloads are short", e);
        }
    }

    /**
     * Replaces the file.
     *
     * @throws IOException with a message for people
     */
    public void save(byte[] state) throws IOException {
        try {
            file.write(state);
        } catch (IOException e) {
            throw new IOException(file.reason(e), e);
        }
    }
}
