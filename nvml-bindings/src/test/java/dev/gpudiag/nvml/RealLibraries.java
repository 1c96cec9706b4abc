package dev.gpudiag.nvml;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** NVIDIA's own libraries, where they have been fetched; nvmlInit is never called on them here. */
final class RealLibraries {
    private RealLibraries() {}

    static Path directory(String branch) {
        Path directory = Path.of(System.getProperty("gpudiag.real-nvml"), branch);
        assumeTrue(Files.isDirectory(directory), "no real libnvidia-ml " + branch + ": its tests are skipped");
        return directory;
    }

    static Path library(String branch) {
        return directory(branch).resolve("libnvidia-ml.so.1");
    }
}
