package dev.gpudiag.agent.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * A host root in a private temporary directory, laid out as the host of a scenario; deleted when closed.
 *
 * <p>Holds /proc, /sys, /dev, /etc and the driver's files as far as gpudiag reads them. Device nodes are regular files
 * that hold {@code c MAJOR MINOR}, and the root has the marker by which they are accepted.
 */
public final class SimulatedHost implements AutoCloseable {

    private final Path root;

    private SimulatedHost(Path root) {
        this.root = root;
    }

    /**
     * The host of {@code scenario}, to be closed.
     *
     * @throws UncheckedIOException when the temporary directory cannot be written
     */
    public static SimulatedHost layOut(Scenario scenario) {
        SimulatedHost host = null;
        try {
            host = new SimulatedHost(Files.createTempDirectory("gpudiag-simulated-"));
            new SimulatedTree(host.root, scenario).write();
            return host;
        } catch (IOException e) {
            Optional.ofNullable(host).ifPresent(SimulatedHost::close);
            throw new UncheckedIOException("cannot lay out the simulated host: " + e.getMessage(), e);
        }
    }

    public Path root() {
        return root;
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
