package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.config.Suggestions;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options that say where samples come from. */
final class SourceFlags {

    /** Faster than this, one sample a second would leave out what checks of minutes look at. */
    private static final double FASTEST = 300;

    private static final String LIBRARY_VARIABLE = "GPUDIAG_NVML_LIBRARY";

    @Option(
            names = "--simulate",
            paramLabel = "NAME|FILE",
            description = "Use the simulated driver with this scenario; nothing of this machine is read.")
    private String simulate;

    @Option(
            names = "--time-scale",
            paramLabel = "N",
            description = "With --simulate: so many seconds of the scenario pass in one, 0.01 to 300 (default: 1).")
    private Double timeScale;

    @Option(
            names = "--replay",
            paramLabel = "FILE",
            description = "Use a snapshot, or the output of nvidia-smi -q -x; nothing of this machine is read.")
    private String replay;

    @Option(
            names = "--nvml-library",
            paramLabel = "FILE",
            description = "libnvidia-ml.so.1 to use (default: $GPUDIAG_NVML_LIBRARY, else searched).")
    private String nvmlLibrary;

    @Option(names = "--host-root", paramLabel = "DIR", description = "Where the host's / is mounted (default: /).")
    private String hostRoot;

    @Option(names = "--force-init", description = "Call nvmlInit even where no driver seems to be loaded.")
    private boolean forceInit;

    /** The options that were given. */
    List<String> given() {
        return Stream.of(
                        simulate == null ? "" : "--simulate",
                        timeScale == null ? "" : "--time-scale",
                        replay == null ? "" : "--replay",
                        nvmlLibrary == null ? "" : "--nvml-library",
                        hostRoot == null ? "" : "--host-root",
                        forceInit ? "--force-init" : "")
                .filter(flag -> !flag.isEmpty())
                .toList();
    }

    /** What was asked for; every path in it exists. */
    SourceOptions options(CommandContext context) throws UsageException {
        List<String> live = Stream.of(
                        nvmlLibrary == null ? "" : "--nvml-library",
                        hostRoot == null ? "" : "--host-root",
                        forceInit ? "--force-init" : "")
                .filter(flag -> !flag.isEmpty())
                .toList();
        if (simulate != null && replay != null) {
            throw new UsageException("--simulate and --replay exclude each other");
        }
        if ((simulate != null || replay != null) && !live.isEmpty()) {
            String other = simulate != null ? "--simulate" : "--replay";
            throw new UsageException(
                    String.join(", ", live) + " is about this machine, of which " + other + " reads nothing");
        }
        if (timeScale != null && simulate == null) {
            throw new UsageException("--time-scale is about a simulation: say --simulate too");
        }
        if (timeScale != null && !(timeScale >= 0.01 && timeScale <= FASTEST)) {
            throw new UsageException("--time-scale: " + timeScale + " is outside 0.01 to 300");
        }
        if (simulate != null) {
            return simulated(context.sources().scenarios());
        }
        return replay != null
                ? new SourceOptions.Replayed(existingFile("--replay", replay))
                : live(context.environment().getOrDefault(LIBRARY_VARIABLE, ""));
    }

    private SourceOptions simulated(SortedMap<String, Path> scenarios) throws UsageException {
        Path bundled = scenarios.get(simulate);
        if (bundled != null) {
            return new SourceOptions.Simulated(simulate, bundled, scale());
        }
        if (simulate.indexOf('/') >= 0 || Files.exists(path("--simulate", simulate))) {
            Path file = existingFile("--simulate", simulate);
            return new SourceOptions.Simulated(file.toString(), file, scale());
        }
        throw new UsageException("no scenario '" + simulate + "'" + Suggestions.hint(simulate, scenarios.keySet())
                + "\nthere are: " + list(scenarios.keySet()));
    }

    private double scale() {
        return timeScale == null ? 1 : timeScale;
    }

    private static String list(Collection<String> names) {
        return names.isEmpty() ? "none in this installation" : String.join(", ", names);
    }

    private SourceOptions live(String libraryVariable) throws UsageException {
        Optional<Path> library = Optional.empty();
        if (nvmlLibrary != null) {
            library = Optional.of(existing("--nvml-library", nvmlLibrary));
        } else if (!libraryVariable.isEmpty()) {
            library = Optional.of(existing("$" + LIBRARY_VARIABLE, libraryVariable));
        }
        Path root = hostRoot == null ? Path.of("/") : existing("--host-root", hostRoot);
        if (!Files.isDirectory(root)) {
            throw new UsageException("--host-root: not a directory: " + root);
        }
        return new SourceOptions.Live(library, root, forceInit);
    }

    /** A file named on the command line, which is there and no directory. */
    static Path existingFile(String option, String name) throws UsageException {
        Path file = existing(option, name);
        if (Files.isDirectory(file)) {
            throw new UsageException(option + ": is a directory: " + name);
        }
        return file;
    }

    static Path existing(String option, String name) throws UsageException {
        Path path = path(option, name);
        if (!Files.exists(path)) {
            throw new UsageException(option + ": no such file: " + name);
        }
        return path;
    }

    private static Path path(String option, String name) throws UsageException {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new UsageException(option + ": not a path: " + name);
        }
    }
}
