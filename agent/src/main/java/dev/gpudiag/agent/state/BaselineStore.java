package dev.gpudiag.agent.state;

import dev.gpudiag.checks.Baseline;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the baseline in {@code baseline.json} of the state directory.
 *
 * <p>Written whole to a temporary file, then renamed, so that a reader never sees half of one. A file that cannot be
 * understood is ignored when read, and set aside as {@code baseline.json.broken} when a new one is written. Nothing is
 * thrown for what the disk does: the outcome says it in words.
 */
public final class BaselineStore {

    private static final String FILE = "baseline.json";
    private static final int SIZE_LIMIT = 1024 * 1024;

    private final Path directory;
    private final Path file;

    public BaselineStore(Path stateDirectory) {
        this(stateDirectory, stateDirectory.resolve(FILE));
    }

    private BaselineStore(Path directory, Path file) {
        this.directory = directory;
        this.file = file;
    }

    /** One that keeps it in this file instead. */
    public static BaselineStore inFile(Path file) {
        Path absolute = file.toAbsolutePath();
        return new BaselineStore(absolute.getParent(), absolute);
    }

    public Path file() {
        return file;
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
            return new Loaded(Optional.of(read()), Optional.empty());
        } catch (NoSuchFileException e) {
            return new Loaded(Optional.empty(), Optional.empty());
        } catch (IOException e) {
            return new Loaded(Optional.empty(), Optional.of("baseline ignored: " + reason(e)));
        }
    }

    private Baseline read() throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
            throw new BaselineFormatException("not a regular file");
        }
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(SIZE_LIMIT + 1);
            if (bytes.length > SIZE_LIMIT) {
                throw new BaselineFormatException("longer than " + SIZE_LIMIT + " bytes");
            }
            return BaselineFormat.parse(bytes);
        }
    }

    /** Replaces the saved baseline. */
    public Saved save(Baseline baseline) {
        List<String> messages = new ArrayList<>();
        Path temporary = null;
        try {
            Files.createDirectories(directory);
            setBrokenAside(messages);
            temporary = Files.createTempFile(directory, String.valueOf(file.getFileName()), ".tmp");
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(BaselineFormat.format(baseline));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return new Saved(true, messages);
        } catch (IOException e) {
            remove(temporary);
            messages.add("baseline not saved: " + reason(e));
            return new Saved(false, messages);
        }
    }

    private void setBrokenAside(List<String> messages) throws IOException {
        try {
            read();
        } catch (NoSuchFileException e) {
            return;
        } catch (BaselineFormatException e) {
            Path broken = directory.resolve(file.getFileName() + ".broken");
            Files.move(file, broken, StandardCopyOption.REPLACE_EXISTING);
            messages.add(reason(e) + "; it is kept as " + broken);
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
        return switch (error) {
            case BaselineFormatException broken -> file + ": " + broken.getMessage();
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            default -> file + ": " + error.getMessage();
        };
    }
}
