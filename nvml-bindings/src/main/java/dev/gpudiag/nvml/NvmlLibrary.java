package dev.gpudiag.nvml;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The outcome of looking for libnvidia-ml.so.1: found, or what was tried and why it would not do.
 *
 * <p>Order: the path that was asked for, and then nothing else; else where the dynamic linker looks for the soname; else
 * driver roots, as a container sees them. Files are looked at, not loaded: dlopen would answer with a library that this
 * process loaded before the driver was upgraded.
 */
public sealed interface NvmlLibrary {
    /** The soname; plain libnvidia-ml.so comes with development packages only. */
    String SONAME = "libnvidia-ml.so.1";

    /** Where the NVIDIA driver container and a mounted host show the driver's files. */
    List<Path> CONTAINER_DRIVER_ROOTS = List.of(Path.of("/run/nvidia/driver"), Path.of("/host"));

    /** {@code "path: reason"} for each candidate that was turned down. */
    List<String> tried();

    /**
     * A usable library.
     *
     * @param path where it was found
     * @param realPath the file behind links, whose name usually ends in the version
     * @param version the driver's version that the library belongs to, where the file tells
     */
    record Found(Path path, Path realPath, Optional<String> version, List<String> tried) implements NvmlLibrary {
        public Found {
            tried = List.copyOf(tried);
        }
    }

    /** No usable library. */
    record NotFound(List<String> tried) implements NvmlLibrary {
        public NotFound {
            tried = List.copyOf(tried);
        }
    }

    /**
     * Looks for the library.
     *
     * @param explicit a file, or a directory that holds the soname
     * @param driverRoots directories that hold a driver's usr/lib..., see {@link #CONTAINER_DRIVER_ROOTS}
     */
    static NvmlLibrary search(Optional<Path> explicit, List<Path> driverRoots) {
        List<String> tried = new ArrayList<>();
        for (LibraryCandidate candidate : candidates(explicit, driverRoots)) {
            try {
                Path real = candidate.real();
                return new Found(candidate.path(), real, LibraryFile.validate(real), tried);
            } catch (LibraryFile.NotNvml e) {
                tried.add(candidate.path() + ": " + e.getMessage());
            }
        }
        return new NotFound(tried);
    }

    private static List<LibraryCandidate> candidates(Optional<Path> explicit, List<Path> driverRoots) {
        Path here = Path.of("/");
        if (explicit.isPresent()) {
            Path path = explicit.get();
            return List.of(new LibraryCandidate(Files.isDirectory(path) ? path.resolve(SONAME) : path, here));
        }
        List<LibraryCandidate> candidates = new ArrayList<>();
        for (Path path : LinkerPath.ofProcess().find(SONAME)) {
            candidates.add(new LibraryCandidate(path, here));
        }
        for (Path root : driverRoots) {
            for (String directory : LinkerPath.DRIVER_DIRECTORIES) {
                candidates.add(new LibraryCandidate(root.resolve(directory).resolve(SONAME), root));
            }
        }
        return candidates;
    }
}
