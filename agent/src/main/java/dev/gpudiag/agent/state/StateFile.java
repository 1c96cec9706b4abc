package dev.gpudiag.agent.state;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Optional;

/**
 * One small file of the state directory, which is read and replaced as a whole.
 *
 * <p>Written to a temporary file beside it, synced, renamed, and the directory synced: whenever the machine or the agent
 * dies, there is the old file or the new one. Read only where it is a regular file within its limit that belongs to the
 * reader, root or the owner of the directory; no link is followed. Thread-safe for one writer and any readers.
 */
public final class StateFile {

    private static final int ASIDE_LIMIT = 9;

    private final Path file;
    private final int sizeLimit;
    private final Output output;
    private boolean swept;
    private volatile Optional<String> blocked = Optional.empty();

    /** Writes to a file that is open; a test lets it fail as a disk does. */
    @FunctionalInterface
    interface Output {
        void write(FileChannel channel, byte[] bytes) throws IOException;
    }

    /** @param sizeLimit bytes beyond which a file is not believed */
    public StateFile(Path file, int sizeLimit) {
        this(file, sizeLimit, StateFile::writeAll);
    }

    StateFile(Path file, int sizeLimit, Output output) {
        this.file = file.toAbsolutePath();
        this.sizeLimit = sizeLimit;
        this.output = output;
    }

    public Path path() {
        return file;
    }

    /**
     * The bytes of the file.
     *
     * @throws NoSuchFileException where nothing was ever saved
     * @throws StateFormatException for what is no file of ours
     */
    public byte[] read() throws IOException {
        check(file);
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(sizeLimit + 1);
            if (bytes.length > sizeLimit) {
                throw new StateFormatException("longer than " + sizeLimit + " bytes");
            }
            return bytes;
        }
    }

    /** Refuses what is no regular file, or was put there by somebody else. */
    public static void check(Path file) throws IOException {
        PosixFileAttributes attributes =
                Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
            throw new StateFormatException("not a regular file");
        }
        Owners.check(file, attributes);
    }

    /** Replaces the file; on any failure the old one stays as it was. */
    public void write(byte[] bytes) throws IOException {
        if (blocked.isPresent()) {
            throw new IOException(blocked.get());
        }
        Path directory = directory();
        Files.createDirectories(directory);
        sweep();
        // the name tells whose it is: what a killed process has left is found and removed by the next one
        Path temporary = directory.resolve(
                file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            Files.deleteIfExists(temporary);
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                output.write(channel, bytes);
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            remove(temporary);
            throw e;
        }
        sync(directory);
    }

    /**
     * Moves the file out of the way, for one that cannot be read. Where that fails, nothing is written over it either.
     *
     * @return where it is now; empty where there was none
     */
    public Optional<Path> setAside(StateFormatException why) throws IOException {
        try {
            Optional<Path> kept = moveAside(why);
            blocked = Optional.empty();
            return kept;
        } catch (IOException e) {
            blocked = Optional.of(why.getMessage() + ", and it could not be set aside: " + e.getMessage());
            throw e;
        }
    }

    private Optional<Path> moveAside(StateFormatException why) throws IOException {
        Path target = aside(why.suffix());
        if (why.isNewer()) {
            for (int i = 1; Files.exists(target, LinkOption.NOFOLLOW_LINKS) && i <= ASIDE_LIMIT; i++) {
                target = aside(why.suffix() + "." + i);
            }
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("there are " + ASIDE_LIMIT + " files of newer versions beside it already");
            }
        }
        try {
            Files.move(file, target, StandardCopyOption.REPLACE_EXISTING);
            return Optional.of(target);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private Path aside(String suffix) {
        return directory().resolve(file.getFileName() + suffix);
    }

    private Path directory() {
        return file.getParent();
    }

    /** Removes what processes that are gone have left half-written; once, before the first write. */
    private void sweep() throws IOException {
        if (swept) {
            return;
        }
        swept = true;
        String prefix = file.getFileName() + ".";
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(directory(), prefix + "*.tmp")) {
            for (Path leftover : leftovers) {
                String name = leftover.getFileName().toString();
                String writer = name.substring(prefix.length(), Math.max(prefix.length(), name.length() - 4));
                if (!isAlive(writer)) {
                    remove(leftover);
                }
            }
        }
    }

    private static boolean isAlive(String pid) {
        try {
            return ProcessHandle.of(Long.parseLong(pid)).isPresent();
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static void remove(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // an empty or half-written *.tmp is left where even deleting fails
        }
    }

    private static void writeAll(WritableByteChannel channel, byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            channel.write(left);
        }
    }

    /** Makes a rename last; some file systems cannot sync a directory, and then there is nothing more to do. */
    public static void sync(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // the file itself is synced
        }
    }

    /** What went wrong with this file, for people. */
    public String reason(IOException error) {
        return reason(file, error);
    }

    /** What went wrong with a file, for people. */
    public static String reason(Path file, IOException error) {
        return switch (error) {
            case StateFormatException broken -> file + ": " + broken.getMessage();
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            case FileSystemException system
            when system.getReason() != null -> system.getFile() + ": " + system.getReason();
            default -> file + ": " + (error.getMessage() == null ? error.toString() : error.getMessage());
        };
    }
}
