package dev.gpudiag.nvml;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A path to try, and the root that absolute links below it are meant for: Debian's libnvidia-ml.so.1 goes through
 * /etc/alternatives, which in a mounted host is the host's.
 */
record LibraryCandidate(Path path, Path root) {
    private static final int MOST_LINKS = 16;

    Path real() throws LibraryFile.NotNvml {
        try {
            Path current = path;
            for (int i = 0; i < MOST_LINKS && Files.isSymbolicLink(current); i++) {
                Path target = Files.readSymbolicLink(current);
                current = target.isAbsolute()
                        ? root.resolve(Path.of("/").relativize(target))
                        : current.resolveSibling(target);
            }
            return current.toRealPath();
        } catch (NoSuchFileException e) {
            throw new LibraryFile.NotNvml(
                    Files.isSymbolicLink(path) ? "is a link to a file that is not there" : "no such file");
        } catch (AccessDeniedException e) {
            throw new LibraryFile.NotNvml("no right to reach it");
        } catch (IOException e) {
            throw new LibraryFile.NotNvml("cannot be reached: " + e.getMessage());
        }
    }
}
