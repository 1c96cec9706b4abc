package dev.gpudiag.agent.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host root in a private temporary directory, laid out as the host of a scenario; deleted when closed.
 *
 * <p>Holds /proc, /sys, /dev, /etc and the driver's files as far as gpudiag reads them. Device nodes are regular files
 * that hold {@code c MAJOR MINOR}, and the root has the marker by which they are accepted.
 */
public final class SimulatedHost implements AutoCloseable {

    private static final String PREFIX = "gpudiag-simulated-";
    private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d{1,10})-\\d+");

    private final Path root;
    private final HostFiles files;

    private SimulatedHost(Path root, HostFiles files) {
        this.root = root;
        this.files = files;
    }

    /**
     * The host of {@code scenario}, to be closed.
     *
     * @throws UncheckedIOException when the temporary directory cannot be written
     */
    public static SimulatedHost layOut(Scenario scenario) {
        SimulatedHost host = null;
        try {
            Path root =
                    Files.createTempDirectory(PREFIX + ProcessHandle.current().pid() + "-");
            host = new SimulatedHost(root, new HostFiles(root, scenario.files()));
            sweep(root);
            new SimulatedTree(root, scenario).write();
            host.files.advance(Duration.ZERO);
            return host;
        } catch (ScenarioException e) {
            Optional.ofNullable(host).ifPresent(SimulatedHost::close);
            throw e;
        } catch (IOException e) {
            Optional.ofNullable(host).ifPresent(SimulatedHost::close);
            throw new UncheckedIOException("cannot lay out the simulated host: " + e.getMessage(), e);
        }
    }

    /** Deletes what processes of this user that were killed have left behind. */
    private static void sweep(Path own) throws IOException {
        UserPrincipal user = Files.getOwner(own);
        try (DirectoryStream<Path> trees = Files.newDirectoryStream(own.getParent(), PREFIX + "*")) {
            for (Path tree : trees) {
                Matcher name = NAME.matcher(String.valueOf(tree.getFileName()));
                boolean left = name.matches()
                        && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()
                        && Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)
                        && Files.getOwner(tree, LinkOption.NOFOLLOW_LINKS).equals(user);
                if (left) {
                    new SimulatedHost(tree, new HostFiles(tree, List.of())).close();
                }
            }
        } catch (DirectoryIteratorException | NoSuchFileException e) {
            // another process sweeps as well, or the directory cannot be listed: nothing is lost
        }
    }

    public Path root() {
        return root;
    }

    /** The files that change with the scenario's time. */
    public HostFiles files() {
        return files;
    }

    /** Deletes the tree; links in it are not followed. */
    @Override
    public void close() {
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException error) {
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, IOException error) throws IOException {
                    Files.deleteIfExists(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            // What is left lies in the temporary directory, which the system clears.
        }
    }

    /** Writes files below a directory. */
    static void write(Path root, String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
    }
}
