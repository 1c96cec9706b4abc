package dev.gpudiag.agent.state;

import dev.gpudiag.checks.Baseline;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the baseline in {@code baseline.json} of the state directory.
 *
 * <p>A file that cannot be understood is ignored when read, and set aside as {@code baseline.json.broken} (one of a newer
 * gpudiag as {@code .v2}) when a new one is written. Nothing is thrown for what the disk does: the outcome says it in words.
 */
public final class BaselineStore {

    private static final String FILE = "baseline.json";
    private static final int SIZE_LIMIT = 1024 * 1024;

    private final StateFile file;

    public BaselineStore(Path stateDirectory) {
        this(new StateFile(stateDirectory.resolve(FILE), SIZE_LIMIT));
    }

    private BaselineStore(StateFile file) {
        this.file = file;
    }

    /** One that keeps it in this file instead. */
    public static BaselineStore inFile(Path file) {
        return new BaselineStore(new StateFile(file, SIZE_LIMIT));
    }

    public Path file() {
        return file.path();
    }

    /** A baseline where there is a good one, and a warning where there is a bad one. */
    public record Loaded(Optional<Baseline> baseline, Optional<String> warning) {}

    /**
     * What saving did.
     *
     * @param messages for the user: what was set aside, or why nothing was saved
     */
    public record Saved(boolean successful, List<String> messages) {
        public Saved {
            messages = List.copyOf(messages);
        }
    }

    /** The saved baseline; neither baseline nor warning where none was ever saved. */
    public Loaded load() {
        try {
            return new Loaded(Optional.of(BaselineFormat.parse(file.read())), Optional.empty());
        } catch (NoSuchFileException e) {
            return new Loaded(Optional.empty(), Optional.empty());
        } catch (IOException e) {
            return new Loaded(Optional.empty(), Optional.of("baseline ignored: " + file.reason(e)));
        }
    }

    /** Replaces the saved baseline. */
    public Saved save(Baseline baseline) {
        List<String> messages = new ArrayList<>();
        try {
            setBrokenAside(messages);
            file.write(BaselineFormat.format(baseline));
            return new Saved(true, messages);
        } catch (IOException e) {
            messages.add(file.reason(e));
            return new Saved(false, messages);
        }
    }

    private void setBrokenAside(List<String> messages) throws IOException {
        try {
            BaselineFormat.parse(file.read());
        } catch (NoSuchFileException e) {
            return;
        } catch (StateFormatException e) {
            file.setAside(e).ifPresent(kept -> messages.add(file.reason(e) + "; it is kept as " + kept));
        }
    }
}
