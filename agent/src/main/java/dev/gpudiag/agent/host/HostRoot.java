package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A directory that stands for {@code /}: nothing outside it is ever opened.
 *
 * <p>Symbolic links are followed as the host would follow them, absolute ones from this root. Only regular files are
 * opened, so that a FIFO cannot hang the caller. Paths are absolute host paths such as {@code /proc/modules}.
 */
public final class HostRoot {

    /** In a root with this file a regular file that holds {@code c 195 255} stands for a device node. */
    static final String SIMULATED_MARKER = ".gpudiag-simulated";

    /** Enough for every file of /proc and /sys that is read whole, /proc/modules of a large host included. */
    static final int TEXT_LIMIT = 256 * 1024;

    private static final int LINK_LIMIT = 40;
    private static final int SCAN_LIMIT = 65_536;

    private final Path root;
    private final boolean simulated;

    /**
     * Stands for {@code /} from now on.
     *
     * @throws IllegalArgumentException with a sentence for the user when it is no directory with /proc and /sys
     */
    public HostRoot(Path root) {
        this.root = root.toAbsolutePath().normalize();
        if (!Files.isDirectory(this.root)) {
            throw new IllegalArgumentException("host root " + root + " is not a directory");
        }
        List<String> absent = List.of("proc", "sys").stream()
                .filter(name -> !Files.isDirectory(this.root.resolve(name)))
                .toList();
        if (!absent.isEmpty()) {
            throw new IllegalArgumentException(
                    "host root " + root + " has no " + String.join(" and no ", absent) + " directory");
        }
        simulated = Files.isRegularFile(this.root.resolve(SIMULATED_MARKER), LinkOption.NOFOLLOW_LINKS);
    }

    public Path path() {
        return root;
    }

    /** Whether this is the machine itself. */
    public boolean isThisMachine() {
        return root.getParent() == null;
    }

    /** Whether a simulation laid this root out. */
    public boolean isSimulated() {
        return simulated;
    }

    /** The file that {@code path} leads to, inside this root. */
    public Path locate(String path) throws IOException {
        Deque<String> rest = new ArrayDeque<>(List.of(path.split("/", -1)));
        Path at = root;
        int links = 0;
        while (!rest.isEmpty()) {
            String name = rest.pop();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                at = at.equals(root) ? root : at.getParent();
                continue;
            }
            Path next = child(at, name);
            if (!attributes(next).isSymbolicLink()) {
                at = next;
                continue;
            }
            if (++links > LINK_LIMIT) {
                throw new FileSystemLoopException(path);
            }
            String target = Files.readSymbolicLink(next).toString();
            at = target.startsWith("/") ? root : at;
            List<String> names = new ArrayList<>(List.of(target.split("/", -1)));
            Collections.reverse(names);
            names.forEach(rest::push);
        }
        return at;
    }

    private static Path child(Path parent, String name) throws FileSystemException {
        try {
            return parent.resolve(name);
        } catch (InvalidPathException e) {
            throw new FileSystemException(parent.toString(), name, "not a file name: " + e.getReason());
        }
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** Whether something lies at {@code path}; false too where that cannot be known. */
    public boolean exists(String path) {
        try {
            locate(path);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a regular file lies at {@code path}, at the end of its links. */
    public boolean isFile(String path) {
        try {
            return attributes(locate(path)).isRegularFile();
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a directory lies at {@code path}, at the end of its links. */
    public boolean isDirectory(String path) {
        try {
            return attributes(locate(path)).isDirectory();
        } catch (IOException e) {
            return false;
        }
    }

    /** At most {@code limit} bytes from the start of a regular file. */
    public byte[] bytes(String path, int limit) throws IOException {
        try (InputStream in = open(path)) {
            return in.readNBytes(limit);
        }
    }

    /** A regular file, to be read by a caller that bounds what it reads. */
    public InputStream open(String path) throws IOException {
        return Files.newInputStream(regularFile(path), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    /** The regular file at {@code path}; throws for anything that could hang or has no end. */
    public Path regularFile(String path) throws IOException {
        Path file = locate(path);
        if (!attributes(file).isRegularFile()) {
            throw new FileSystemException(path, null, "not a regular file");
        }
        return file;
    }

    /** The text of a file, without white space around it; an error when it is longer than the limit. */
    String text(String path, int limit) throws IOException {
        byte[] bytes = bytes(path, limit + 1);
        if (bytes.length > limit) {
            throw new FileSystemException(path, null, "longer than " + limit + " bytes");
        }
        return new String(bytes, StandardCharsets.UTF_8).strip();
    }

    /** The text of a file as a reading; {@link Reason#NOT_SUPPORTED} where there is no such file. */
    public Reading<String> read(String path) {
        try {
            return Reading.of(text(path, TEXT_LIMIT), path);
        } catch (IOException e) {
            return missing(path, e);
        }
    }

    /** One short printable line of a file; garbage is {@link Reason#FAILED}. */
    public Reading<String> readLine(String path) {
        Reading<String> reading = read(path);
        return reading.value().filter(text -> !isLine(text)).isPresent()
                ? Reading.missing(Reason.FAILED, path, "not one line of text")
                : reading;
    }

    private static boolean isLine(String text) {
        return !text.isEmpty()
                && text.length() <= 256
                && text.chars().noneMatch(c -> Character.isISOControl(c) || c == '\ufffd');
    }

    /** The names in a directory that {@code wanted} lets pass, sorted; an error for a directory without end. */
    public List<String> names(String directory, Predicate<String> wanted) throws IOException {
        List<String> names = new ArrayList<>();
        int scanned = 0;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(locate(directory))) {
            for (Path entry : entries) {
                if (++scanned > SCAN_LIMIT) {
                    throw new FileSystemException(directory, null, "more than " + SCAN_LIMIT + " entries");
                }
                String name = entry.getFileName().toString();
                if (wanted.test(name)) {
                    names.add(name);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(names);
        return names;
    }

    /** The last name of the target of a symbolic link; empty where there is no link. */
    Optional<String> linkName(String path) throws IOException {
        return linkTarget(path).map(target -> target.substring(target.lastIndexOf('/') + 1));
    }

    /** The target of a symbolic link as it is written; empty where there is no link. */
    Optional<String> linkTarget(String path) throws IOException {
        int slash = path.lastIndexOf('/');
        Path link = child(locate(path.substring(0, slash)), path.substring(slash + 1));
        try {
            return attributes(link).isSymbolicLink()
                    ? Optional.of(Files.readSymbolicLink(link).toString())
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** The reading that an error at {@code path} leaves. */
    public static <T> Reading<T> missing(String path, IOException error) {
        return switch (error) {
            case NoSuchFileException absent -> Reading.missing(Reason.NOT_SUPPORTED, path, path + " does not exist");
            case NotDirectoryException notOne -> Reading.missing(Reason.NOT_SUPPORTED, path, path + " does not exist");
            case AccessDeniedException denied ->
                Reading.missing(Reason.NO_PERMISSION, path, "no permission to read " + denied.getFile());
            case FileSystemLoopException loop -> Reading.missing(Reason.FAILED, path, "too many links at " + path);
            case FileSystemException failed
            when failed.getReason() != null ->
                Reading.missing(Reason.FAILED, path, "cannot read " + failed.getFile() + ": " + failed.getReason());
            default -> Reading.missing(Reason.FAILED, path, "cannot read " + path + ": " + error.getMessage());
        };
    }

    @Override
    public String toString() {
        return root.toString();
    }
}
