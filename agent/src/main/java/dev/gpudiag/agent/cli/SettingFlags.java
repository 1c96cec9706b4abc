package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.config.Configuration;
import dev.gpudiag.agent.config.ConfigurationException;
import dev.gpudiag.agent.config.EnvironmentSettings;
import dev.gpudiag.agent.config.SettingOverrides;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options that change settings: a configuration file, and single values that beat it. */
final class SettingFlags {

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Configuration (default: /etc/gpudiag/gpudiag.yaml where it is there, for this machine only).")
    private String config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Change a setting, as gpudiag list shows them; may be repeated.")
    private List<String> assignments = List.of();

    /** The options that were given. */
    List<String> given() {
        return Stream.of(config == null ? "" : "--config", assignments.isEmpty() ? "" : "--set")
                .filter(flag -> !flag.isEmpty())
                .toList();
    }

    Optional<Path> file() throws UsageException {
        return config == null ? Optional.empty() : Optional.of(SourceFlags.existingFile("--config", config));
    }

    /**
     * What is in force. Installed configuration and environment are about this machine, so only a live source, or who names a
     * file, reads them.
     */
    SettingsSource.Configured inForce(CommandContext context, SourceOptions source)
            throws UsageException, UnusableFileException {
        return inForce(context, source instanceof SourceOptions.Live, file(), ofChecks(context));
    }

    /** What is in force for a command without a source: what the flags say, and not the installed configuration. */
    Settings given(CommandContext context, List<Setting<?>> known) throws UsageException, UnusableFileException {
        return inForce(context, false, file(), known).settings();
    }

    /** What is in force on this machine with {@code file} in place of what {@code --config} says. */
    SettingsSource.Configured inForce(CommandContext context, Optional<Path> file)
            throws UsageException, UnusableFileException {
        return inForce(context, true, file, ofChecks(context));
    }

    private static List<Setting<?>> ofChecks(CommandContext context) {
        return context.checks().stream()
                .<Setting<?>>flatMap(check -> check.spec().settings().stream())
                .toList();
    }

    private SettingsSource.Configured inForce(
            CommandContext context, boolean installed, Optional<Path> file, List<Setting<?>> known)
            throws UsageException, UnusableFileException {
        List<String> ids =
                context.checks().stream().map(check -> check.spec().id()).toList();
        boolean ofThisMachine = installed || file.isPresent();
        List<String> problems = new ArrayList<>();
        SettingsSource.Configured read = SettingsSource.Configured.defaults();
        Configuration configuration = read.configuration();
        if (ofThisMachine) {
            try {
                read = context.settings().load(file);
                configuration = read.configuration();
            } catch (UnusableFileException e) {
                problems.add(e.getMessage());
            }
            try {
                configuration = new EnvironmentSettings(known, ids).apply(configuration, context.environment());
            } catch (ConfigurationException e) {
                problems.addAll(e.problems());
            }
        }
        try {
            configuration = new SettingOverrides(known, ids).apply(configuration, assignments);
        } catch (ConfigurationException e) {
            if (problems.isEmpty()) {
                throw new UsageException(e.getMessage());
            }
            problems.addAll(e.problems());
        }
        if (!problems.isEmpty()) {
            throw new UnusableFileException(String.join("\n", problems));
        }
        return SettingsSource.Configured.of(configuration, read.file());
    }
}
