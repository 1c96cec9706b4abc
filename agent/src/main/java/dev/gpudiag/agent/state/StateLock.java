package dev.gpudiag.agent.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Makes one agent the only writer of a state directory; the kernel lets go of it with the process, however that ends.
 */
public final class StateLock implements AutoCloseable {

    private static final String FILE = "agent.lock";

    private final FileChannel channel;

    private StateLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * What trying gave: the lock, or why there is none.
     *
     * @param isTaken whether another agent has it; without a lock for another reason nobody else writes
     */
    public record Outcome(Optional<StateLock> lock, boolean isTaken, Optional<String> problem) {}

    /** Takes the lock where nobody has it; never waits. */
    public static Outcome take(Path stateDirectory) {
        Path file = stateDirectory.resolve(FILE);
        try {
            Files.createDirectories(stateDirectory);
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                return new Outcome(
                        Optional.empty(),
                        true,
                        Optional.of("another gpudiag agent keeps its state in " + stateDirectory + " ("
                                + file.getFileName() + " is locked)"));
            }
            return new Outcome(Optional.of(new StateLock(channel)), false, Optional.empty());
        } catch (IOException e) {
            return new Outcome(Optional.empty(), false, Optional.of(StateFile.reason(file, e)));
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // by this very process
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // the lock ends with the process at the latest
        }
    }
}
