package dev.gpudiag.agent.cli;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;

/** Where samples are to come from, as the command line says. */
public sealed interface SourceOptions {

    /**
     * This machine.
     *
     * @param nvmlLibrary library or driver root to use instead of searching; an existing path
     * @param hostRoot what stands for {@code /}; an existing directory
     * @param forceInit call nvmlInit even where /proc and /sys say that it must fail
     */
    record Live(Optional<Path> nvmlLibrary, Path hostRoot, boolean forceInit) implements SourceOptions {
        public Live {
            requireNonNull(nvmlLibrary, "nvmlLibrary is null");
            requireNonNull(hostRoot, "hostRoot is null");
        }
    }

    /**
     * The simulated driver.
     *
     * @param name what the banner shows
     * @param scenario an existing file
     * @param timeScale seconds of the scenario that pass in one second
     */
    record Simulated(String name, Path scenario, double timeScale) implements SourceOptions {

        /** One whose time passes as this machine's. */
        public Simulated(String name, Path scenario) {
            this(name, scenario, 1);
        }

        public Simulated {
            requireNonNull(name, "name is null");
            requireNonNull(scenario, "scenario is null");
        }
    }

    /** A recording or a capture; an existing file. */
    record Replayed(Path file) implements SourceOptions {
        public Replayed {
            requireNonNull(file, "file is null");
        }
    }
}
