package dev.gpudiag.agent.host.process;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The file system that a process sees, {@code /proc/PID/root}, which whoever owns the process can fill as he likes.
 *
 * <p>Each directory is opened from the one above it without following links, so that no link leads out of the root, also
 * not one that is put in place while it is walked; links are followed here, absolute ones from this root. Regular files
 * only, of bounded size. Not thread-safe.
 */
final class ProcessRoot implements Closeable {

    private static final int LINK_LIMIT = 40;
    private static final int STEP_LIMIT = 256;
    private static final int DEPTH_LIMIT = 64;
    private static final int SCAN_LIMIT = 20_000;

    private final Path path;
    private final SecureDirectoryStream<Path> root;

    private ProcessRoot(Path path, SecureDirectoryStream<Path> root) {
        this.path = path;
        this.root = root;
    }

    /** The file system at {@code path}, itself a link of the kernel's. */
    @SuppressWarnings("StreamResourceLeak") // it is closed with the root
    static ProcessRoot open(Path path) throws IOException {
        return new ProcessRoot(path, secure(Files.newDirectoryStream(path)));
    }

    private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream) throws IOException {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException("this system cannot open files relative to a directory");
    }

    /** What is done with the entry that a path leads to, while its directory is open. */
    private interface Visit<T> {
        T entry(SecureDirectoryStream<Path> directory, Path name, BasicFileAttributes attributes) throws IOException;
    }

    /** What is done with the content of a file. */
    interface Content<T> {
        T read(InputStream in) throws IOException;
    }

    /** The start of a regular file as text. */
    String text(String file, int limit) throws IOException {
        return read(file, in -> new String(in.readNBytes(limit), StandardCharsets.UTF_8));
    }

    /** A regular file, read by {@code content}, which bounds what it reads. */
    <T> T read(String file, Content<T> content) throws IOException {
        return walk(file, (directory, name, attributes) -> {
            if (!attributes.isRegularFile()) {
                throw new FileSystemException(file, null, "not a regular file");
            }
            try (InputStream in = Channels.newInputStream(
                    directory.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)))) {
                return content.read(in);
            }
        });
    }

    /** The names in a directory that {@code wanted} lets pass, sorted; of a huge directory, those that come first. */
    List<String> names(String directory, Predicate<String> wanted) throws IOException {
        return walk(directory, (parent, name, attributes) -> {
            if (!attributes.isDirectory()) {
                throw new NotDirectoryException(directory);
            }
            try (DirectoryStream<Path> entries = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                return names(entries, wanted);
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
        });
    }

    private static List<String> names(DirectoryStream<Path> entries, Predicate<String> wanted) {
        List<String> names = new ArrayList<>();
        int scanned = 0;
        for (Path entry : entries) {
            if (++scanned > SCAN_LIMIT) {
                break;
            }
            String name = String.valueOf(entry.getFileName());
            if (wanted.test(name)) {
                names.add(name);
            }
        }
        Collections.sort(names);
        return names;
    }

    /** Whether a directory lies at {@code file}. */
    boolean isDirectory(String file) {
        try {
            return walk(file, (directory, name, attributes) -> attributes.isDirectory());
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a device node lies at {@code file}; a regular one counts where {@code laidOut}. */
    boolean isNode(String file, boolean laidOut) {
        try {
            return walk(
                    file,
                    (directory, name, attributes) -> attributes.isOther() || (laidOut && attributes.isRegularFile()));
        } catch (IOException e) {
            return false;
        }
    }

    /** The place in this root at which {@code file} ends after all its links; empty where there is none. */
    Optional<String> realPath(String file) {
        try {
            Deque<String> names = new ArrayDeque<>();
            walk(file, names, (directory, name, attributes) -> name);
            List<String> outermostFirst = new ArrayList<>(names);
            Collections.reverse(outermostFirst);
            return Optional.of("/" + String.join("/", outermostFirst));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private <T> T walk(String file, Visit<T> visit) throws IOException {
        return walk(file, new ArrayDeque<>(), visit);
    }

    /** Leads to the end of a path; {@code at} has the names on the way, innermost first. */
    private <T> T walk(String file, Deque<String> at, Visit<T> visit) throws IOException {
        Deque<SecureDirectoryStream<Path>> open = new ArrayDeque<>();
        Deque<String> rest = new ArrayDeque<>(Arrays.asList(file.split("/", -1)));
        int links = 0;
        try {
            for (int step = 0; step < STEP_LIMIT; step++) {
                String name = next(rest);
                SecureDirectoryStream<Path> directory = open.isEmpty() ? root : open.peek();
                if (name.equals("..")) {
                    leave(open, at);
                    continue;
                }
                BasicFileAttributes attributes = attributes(directory, name);
                if (attributes.isSymbolicLink()) {
                    if (++links > LINK_LIMIT) {
                        throw new FileSystemLoopException(file);
                    }
                    follow(name, open, at, rest);
                } else if (isEmpty(rest)) {
                    at.push(name);
                    return visit.entry(directory, Path.of(name), attributes);
                } else if (open.size() == DEPTH_LIMIT) {
                    throw new FileSystemException(file, null, "more than " + DEPTH_LIMIT + " directories deep");
                } else {
                    open.push(directory.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS));
                    at.push(name);
                }
            }
            throw new FileSystemException(file, null, "more than " + STEP_LIMIT + " steps");
        } catch (InvalidPathException e) {
            throw new FileSystemException(file, null, "not a file name: " + e.getReason());
        } finally {
            for (SecureDirectoryStream<Path> directory : open) {
                directory.close();
            }
        }
    }

    /** The next name; the end of a path that is a directory, or nothing but the root, is {@code .} in it. */
    private static String next(Deque<String> rest) {
        while (!rest.isEmpty()) {
            String name = rest.pop();
            if (!name.isEmpty() && !name.equals(".")) {
                return name;
            }
        }
        return ".";
    }

    private static boolean isEmpty(Deque<String> rest) {
        return rest.stream().allMatch(name -> name.isEmpty() || name.equals("."));
    }

    private static BasicFileAttributes attributes(SecureDirectoryStream<Path> directory, String name)
            throws IOException {
        return directory
                .getFileAttributeView(Path.of(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
    }

    private static void leave(Deque<SecureDirectoryStream<Path>> open, Deque<String> at) throws IOException {
        if (!open.isEmpty()) {
            open.pop().close();
            at.pop();
        }
    }

    /** Puts the target of a link before the rest; reading a link, even one that was put in place just now, opens nothing. */
    private void follow(String name, Deque<SecureDirectoryStream<Path>> open, Deque<String> at, Deque<String> rest)
            throws IOException {
        Path link = path;
        for (var names = at.descendingIterator(); names.hasNext(); ) {
            link = link.resolve(names.next());
        }
        String target = Files.readSymbolicLink(link.resolve(name)).toString();
        while (target.startsWith("/") && !open.isEmpty()) {
            leave(open, at);
        }
        List<String> names = new ArrayList<>(Arrays.asList(target.split("/", -1)));
        Collections.reverse(names);
        names.forEach(rest::push);
    }

    @Override
    public void close() throws IOException {
        root.close();
    }
}
