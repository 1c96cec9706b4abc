package dev.gpudiag.agent.host.process;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;

/**
 * The directory of one process below {@code /proc}: regular files of bounded size, no link followed but the process's own
 * root, which only the kernel can make.
 */
final class ProcessDirectory {

    private static final long PROC_ROOT_INODE = 1;

    /** Most files of a process are shorter. */
    private static final int FIRST_BUFFER = 1024;

    private final long pid;
    private final Path directory;
    private final boolean kernel;

    private ProcessDirectory(long pid, Path directory, boolean kernel) {
        this.pid = pid;
        this.directory = directory;
        this.kernel = kernel;
    }

    /** The process with this pid; throws when there is none. */
    static ProcessDirectory of(HostRoot root, long pid) throws IOException {
        Path directory = root.locate("/proc/" + pid);
        if (!attributes(directory).isDirectory()) {
            throw new FileSystemException("/proc/" + pid, null, "not a directory");
        }
        return new ProcessDirectory(pid, directory, isKernels(root));
    }

    /** Whether {@code /proc} is the kernel's own, not one that a test or a simulation laid out. */
    static boolean isKernels(HostRoot root) {
        try {
            return Files.getAttribute(root.locate("/proc"), "unix:ino", LinkOption.NOFOLLOW_LINKS) instanceof Long inode
                    && inode == PROC_ROOT_INODE;
        } catch (IOException e) {
            return false;
        }
    }

    /** The path of one of its files as messages show it. */
    String path(String name) {
        return "/proc/" + pid + "/" + name;
    }

    /** A regular file, to be read by a caller that bounds what it reads. */
    InputStream open(String name) throws IOException {
        Path file = directory.resolve(name);
        if (!attributes(file).isRegularFile()) {
            throw new FileSystemException(path(name), null, "not a regular file");
        }
        return Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    /** At most {@code limit} bytes from the start of a regular file. */
    byte[] bytes(String name, int limit) throws IOException {
        try (InputStream in = open(name)) {
            byte[] buffer = new byte[Math.min(limit, FIRST_BUFFER)];
            int filled = 0;
            for (int count = in.read(buffer); count > 0; count = in.read(buffer, filled, buffer.length - filled)) {
                filled += count;
                if (filled == buffer.length) {
                    buffer = Arrays.copyOf(buffer, Math.min(limit, 4 * filled));
                }
            }
            return Arrays.copyOf(buffer, filled);
        }
    }

    /** The start of a regular file as text. */
    String text(String name, int limit) throws IOException {
        return new String(bytes(name, limit), StandardCharsets.UTF_8);
    }

    /** The target of a link such as {@code ns/mnt}, as text that is never followed. */
    String link(String name) throws IOException {
        return Files.readSymbolicLink(directory.resolve(name)).toString();
    }

    /** A directory whose entries are links that are not followed, such as {@code fd}. */
    Path directory(String name) throws IOException {
        Path inside = directory.resolve(name);
        if (!attributes(inside).isDirectory()) {
            throw new FileSystemException(path(name), null, "not a directory");
        }
        return inside;
    }

    /** Where its {@code /} lies: the kernel's own link is followed, one that somebody laid out is refused. */
    Path root() throws IOException {
        return kernel ? directory.resolve("root") : directory("root");
    }

    /** Whether the nodes of a laid out {@code /dev} are regular files. */
    boolean isLaidOut() {
        return !kernel;
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** The reading that an error at one of its files leaves; a process that has ended meanwhile is said to have. */
    <T> Reading<T> missing(String name, IOException error) {
        if (Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)
                || String.valueOf(error.getMessage()).contains("No such process")) {
            return Reading.missing(Reason.FAILED, path(name), "process " + pid + " ended while it was read");
        }
        if (String.valueOf(error.getMessage()).contains("Operation not permitted")) {
            return Reading.missing(Reason.NO_PERMISSION, path(name), "no permission to read " + path(name));
        }
        return HostRoot.missing(path(name), error);
    }
}
