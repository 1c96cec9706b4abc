package dev.gpudiag.agent.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who asks the driver now and until when it wanted to be done, so that a command does not follow another into a call that
 * never returns.
 *
 * <p>A marker is a file of one line: boot id, pid, start of the process, and when its answer was due on the machine's
 * monotonic clock. One of another boot, of a process that has ended, or of a pid that has been given away again means
 * nothing. Links, and files of others than root and the caller, are not believed.
 *
 * @param directory where markers lie; not a link
 * @param proc {@code /proc}
 */
public record AskingMarkers(Path directory, Path proc) {

    private static final String PREFIX = "asking-";
    private static final int MOST = 256;
    private static final int LONGEST = 256;
    private static final Pattern LINE = Pattern.compile("([0-9a-f-]{36}) (\\d{1,10}) (\\d{1,20}) (\\d{1,18})\n");
    private static final Set<PosixFilePermission> FOR_OTHERS =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    /** Where this user may leave markers: {@code /run/gpudiag}, else its own runtime directory; empty where nowhere. */
    public static Optional<AskingMarkers> of(Map<String, String> environment) {
        String own = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        List<Path> places = own.startsWith("/")
                ? List.of(Path.of("/run/gpudiag"), Path.of(own, "gpudiag"))
                : List.of(Path.of("/run/gpudiag"));
        return places.stream()
                .filter(AskingMarkers::isUsable)
                .findFirst()
                .map(directory -> new AskingMarkers(directory, Path.of("/proc")));
    }

    private static boolean isUsable(Path directory) {
        try {
            if (Files.isWritable(directory.getParent()) && Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(directory);
            }
            return isTrusted(directory)
                    && Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                    && Files.isWritable(directory);
        } catch (IOException e) {
            return false;
        }
    }

    /** Leaves a marker of this process; false where that fails, which is no reason not to ask. */
    public boolean enter(long dueNanos) {
        long pid = ProcessHandle.current().pid();
        Optional<String> boot = bootId();
        Optional<Long> start = start(pid);
        if (boot.isEmpty() || start.isEmpty()) {
            return false;
        }
        try {
            leave(); // of an earlier process with this pid
            Files.writeString(
                    own(),
                    boot.get() + " " + pid + " " + start.get() + " " + dueNanos + "\n",
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Takes this process's marker away. */
    public void leave() {
        try {
            Files.deleteIfExists(own());
        } catch (IOException e) {
            // it means nothing once this process has ended
        }
    }

    private Path own() {
        return directory.resolve(PREFIX + ProcessHandle.current().pid());
    }

    /** The pid of another process that should have been done with the driver by now and still lives. */
    public Optional<Long> stuck(long nowNanos) {
        Optional<String> boot = bootId();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + "*")) {
            int looked = 0;
            for (Path file : files) {
                Optional<Long> pid = looked++ < MOST ? stuck(file, boot, nowNanos) : Optional.empty();
                if (pid.isPresent()) {
                    return pid;
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private Optional<Long> stuck(Path file, Optional<String> boot, long nowNanos) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || !isTrusted(file) || Files.size(file) > LONGEST) {
            return Optional.empty();
        }
        Matcher line = LINE.matcher(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        if (!line.matches() || !boot.equals(Optional.of(line.group(1)))) {
            return Optional.empty();
        }
        long pid = Long.parseLong(line.group(2));
        boolean lives = start(pid).map(String::valueOf).equals(Optional.of(line.group(3)));
        if (!lives) {
            Files.deleteIfExists(file);
        }
        boolean overdue = nowNanos > Long.parseLong(line.group(4));
        return lives && overdue && pid != ProcessHandle.current().pid() ? Optional.of(pid) : Optional.empty();
    }

    /** Whether only root and this user can have made it. */
    private static boolean isTrusted(Path path) throws IOException {
        PosixFileAttributes attributes =
                Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        String owner = attributes.owner().getName();
        boolean known = owner.equals("root") || owner.equals(System.getProperty("user.name"));
        return known && attributes.permissions().stream().noneMatch(FOR_OTHERS::contains);
    }

    private Optional<String> bootId() {
        return text(proc.resolve("sys/kernel/random/boot_id")).map(String::strip);
    }

    /** When a process began, in ticks since boot; empty where there is none. */
    private Optional<Long> start(long pid) {
        return text(proc.resolve(pid + "/stat"))
                .map(stat -> stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1))
                .filter(fields -> fields.length > 19 && fields[19].matches("\\d{1,18}"))
                .map(fields -> Long.parseLong(fields[19]));
    }

    private static Optional<String> text(Path file) {
        try {
            return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
