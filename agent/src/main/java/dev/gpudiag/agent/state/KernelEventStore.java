package dev.gpudiag.agent.state;

import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.kernellog.LoggedEvent;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Remembers the kernel's events over restarts and reboots in {@code kernel-events.ndjson}: the kernel forgets them with each
 * boot, and its buffer overwrites them.
 *
 * <p>A line that cannot be read is left out: what it held is in the log, or gone; the file itself is set aside before it is
 * replaced. To be called on one thread; the disk is written elsewhere.
 */
public final class KernelEventStore {

    private static final String FILE = "kernel-events.ndjson";
    private static final String STORE = "kernel-events";
    private static final int SIZE_LIMIT = 4 * 1024 * 1024;

    /** At most so often is anything written. */
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private static final System.Logger LOG = System.getLogger("gpudiag.state");

    private final StateFile file;
    private boolean inspected;

    public KernelEventStore(Path stateDirectory) {
        file = new StateFile(stateDirectory.resolve(FILE), SIZE_LIMIT);
    }

    /** What was remembered; nothing where there is no such file, or it may not be read. */
    public List<LoggedEvent> load() {
        try {
            return KernelEventFormat.parse(file.read()).events();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "events of before are not known: {0}", file.reason(e));
            return List.of();
        }
    }

    /** A consumer that has a log's events saved by {@code writer} where they are others than those it saved last. */
    public Consumer<KernelLog> savedBy(StateWriter writer) {
        return new Consumer<>() {
            private List<LoggedEvent> saved = load();
            private long savedNanos = System.nanoTime() - PAUSE.toNanos();

            @Override
            public void accept(KernelLog log) {
                boolean due = System.nanoTime() - savedNanos >= PAUSE.toNanos();
                if (!due || log.events().equals(saved)) {
                    return;
                }
                savedNanos = System.nanoTime();
                saved = log.events();
                writer.submit(STORE, () -> save(log.events()));
            }
        };
    }

    /**
     * Replaces the file.
     *
     * @throws IOException with a message for people
     */
    void save(List<LoggedEvent> events) throws IOException {
        try {
            keepWhatCannotBeRead();
            file.write(KernelEventFormat.format(events));
        } catch (IOException e) {
            throw new IOException(file.reason(e), e);
        }
    }

    private void keepWhatCannotBeRead() throws IOException {
        if (inspected) {
            return;
        }
        try {
            KernelEventFormat.Saved before = KernelEventFormat.parse(file.read());
            if (before.damage().isPresent()) {
                setAside(before.damage().get());
            }
        } catch (NoSuchFileException e) {
            // the first time
        } catch (StateFormatException e) {
            setAside(e);
        }
        inspected = true;
    }

    private void setAside(StateFormatException why) throws IOException {
        Path kept = file.setAside(why).orElse(file.path());
        LOG.log(System.Logger.Level.WARNING, "{0}; it is kept as {1}", file.reason(why), kept);
    }
}
