package dev.gpudiag.agent.state;

import dev.gpudiag.checks.memory.MemoryGrowth;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Keeps how memory has grown in {@code memory-growth.state} of the state directory, so that a restart does not begin anew.
 *
 * <p>Written whole to a temporary file, then renamed. A file that is truncated, corrupted or not gpudiag's is set aside as
 * {@code memory-growth.state.broken} and nothing of it is used. Nothing is thrown for what the disk does.
 */
public final class GrowthStore {

    private static final String FILE = "memory-growth.state";
    private static final int SIZE_LIMIT = 64 * 1024 * 1024;

    /** A clock may be a little behind when the agent comes back; more than that is another's file. */
    private static final Duration AHEAD = Duration.ofMinutes(5);

    private final Path directory;
    private final Path file;

    public GrowthStore(Path stateDirectory) {
        directory = stateDirectory;
        file = stateDirectory.resolve(FILE);
    }

    /**
     * Goes on where an earlier agent left off.
     *
     * @param now time of the node
     * @return a message for the user, where a file was not used or not wholly
     */
    public Optional<String> load(MemoryGrowth into, Instant now) {
        try {
            GrowthFormat.Saved saved = GrowthFormat.parse(read());
            if (saved.savedAt().isAfter(now.plus(AHEAD))) {
                throw new GrowthFormatException("saved in the future, at " + saved.savedAt());
            }
            into.restore(saved.bootId(), saved.entries());
            return Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (GrowthFormatException e) {
            return Optional.of("memory growth begins anew: " + file + ": " + e.getMessage() + "; " + setAside());
        } catch (IOException e) {
            return Optional.of("memory growth begins anew: " + reason(e));
        }
    }

    private byte[] read() throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
            throw new GrowthFormatException("not a regular file");
        }
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(SIZE_LIMIT + 1);
            if (bytes.length > SIZE_LIMIT) {
                throw new GrowthFormatException("longer than " + SIZE_LIMIT + " bytes");
            }
            return bytes;
        }
    }

    private String setAside() {
        Path broken = directory.resolve(FILE + ".broken");
        try {
            Files.move(file, broken, StandardCopyOption.REPLACE_EXISTING);
            return "it is kept as " + broken;
        } catch (IOException e) {
            return "it could not be set aside: " + reason(e);
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

    /** Replaces the file; a message where that was not possible. */
    public Optional<String> save(byte[] state) {
        Path temporary = null;
        try {
            Files.createDirectories(directory);
            temporary = Files.createTempFile(directory, FILE, ".tmp");
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(state);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return Optional.empty();
        } catch (IOException e) {
            remove(temporary);
            return Optional.of("memory growth not saved: " + reason(e));
        }
    }

    private static void remove(Path temporary) {
        try {
            if (temporary != null) {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            // an empty or half-written *.tmp is left where even deleting fails
        }
    }

    private String reason(IOException error) {
        return error instanceof AccessDeniedException denied
                ? "no permission for " + denied.getFile()
                : file + ": " + error.getMessage();
    }
}
