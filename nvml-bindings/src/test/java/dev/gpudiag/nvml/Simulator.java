package dev.gpudiag.nvml;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens the simulated driver on a scenario, with its clock held at 0. */
final class Simulator {
    private Simulator() {}

    /** A scenario that comes with the simulator. */
    static Nvml bundled(String name) throws Exception {
        return open("", directory().resolve("scenarios").resolve(name + ".scenario"));
    }

    /** The library with the symbols of a branch, 470 or 535, or with all for an empty one. */
    static Nvml bundled(String branch, String name) throws Exception {
        return open(branch, directory().resolve("scenarios").resolve(name + ".scenario"));
    }

    /** A scenario that a test writes: one driver, and these sections. */
    static Nvml written(Path directory, String sections) throws Exception {
        return open("", scenario(directory, sections));
    }

    /** The same with a copy of the library, which shares nothing with calls that hang for good in other tests. */
    static Nvml alone(Path directory, String sections) throws Exception {
        Path copy = directory.resolve("libnvidia-ml.so.1");
        if (!Files.exists(copy)) {
            Files.copy(directory().resolve("libnvidia-ml.so.1"), copy);
        }
        return open(copy, scenario(directory, sections));
    }

    private static Path scenario(Path directory, String sections) throws IOException {
        Path scenario = directory.resolve("test.scenario");
        Files.writeString(scenario, """
                [scenario]
                title = A test
                [driver]
                version = 550.54.15
                nvml = 12.550.54.15
                cuda = 12040
                [gpu *]
                name = NVIDIA H100 80GB HBM3
                uuid = GPU-00000000-0000-0000-0000-0000000000%02x
                pci_bus_id = 0000:%02x:00.0
                memory.total = 80Gi
                memory.used = 10Gi
                memory.reserved = 1Gi
                temperature.gpu = 40
                """ + sections);
        return scenario;
    }

    static Nvml open(String branch, Path scenario) throws Exception {
        return open(directory().resolve(branch).resolve("libnvidia-ml.so.1"), scenario);
    }

    private static Nvml open(Path library, Path scenario) throws Exception {
        Nvml nvml = Nvml.open(library);
        try {
            SimulatedDriver.configure(nvml, scenario, 1);
            SimulatedDriver.setTime(nvml, 0);
            nvml.init();
            return nvml;
        } catch (IOException | NvmlException e) {
            nvml.close();
            throw e;
        }
    }

    private static Path directory() {
        return Path.of(System.getProperty("gpudiag.simulator"));
    }
}
