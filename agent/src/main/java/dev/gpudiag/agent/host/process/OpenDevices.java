package dev.gpudiag.agent.host.process;

import dev.gpudiag.telemetry.Reading;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/**
 * NVIDIA's device nodes that a process has open, by the links in {@code /proc/PID/fd}, which are never followed.
 *
 * <p>A program opens its GPU early, so that the node is among its first descriptors.
 */
final class OpenDevices {

    static final String FILE = "fd";

    private static final int DESCRIPTORS = 16_384;
    private static final String DEVICE = "/dev/nvidia";

    private OpenDevices() {}

    /** Their paths, sorted; throws where the process's descriptors cannot be seen. */
    static List<String> list(ProcessDirectory process) throws IOException {
        TreeSet<String> devices = new TreeSet<>();
        int scanned = 0;
        try (DirectoryStream<Path> links = Files.newDirectoryStream(process.directory(FILE))) {
            for (Path link : links) {
                if (++scanned > DESCRIPTORS) {
                    break;
                }
                String target = target(link);
                if (target.startsWith(DEVICE)) {
                    devices.add(target);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return List.copyOf(devices);
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }

    static Reading<List<String>> read(ProcessDirectory process) {
        try {
            return Reading.of(list(process), process.path(FILE));
        } catch (IOException e) {
            return process.missing(FILE, e);
        }
    }
}
