package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.config.ConfigurationException;
import dev.gpudiag.agent.config.SettingOverrides;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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

    Optional<Path> file() throws UsageException {
        return config == null ? Optional.empty() : Optional.of(SourceFlags.existingFile("--config", config));
    }

    /** What is in force. The installed configuration is about this machine, so only a live source reads it. */
    SettingsSource.Configured inForce(CommandContext context, SourceOptions source)
            throws UsageException, UnusableFileException {
        List<Setting<?>> ofChecks = context.checks().stream()
                .<Setting<?>>flatMap(check -> check.spec().settings().stream())
                .toList();
        return inForce(context, source instanceof SourceOptions.Live, ofChecks);
    }

    /** What is in force for a command without a source: what the flags say, and not the installed configuration. */
    Settings given(CommandContext context, List<Setting<?>> known) throws UsageException, UnusableFileException {
        return inForce(context, false, known).settings();
    }

    private SettingsSource.Configured inForce(CommandContext context, boolean installed, List<Setting<?>> known)
            throws UsageException, UnusableFileException {
        Optional<Path> file = file();
        SettingsSource.Configured read =
                installed || file.isPresent() ? context.settings().load(file) : SettingsSource.Configured.defaults();
        try {
            Settings changed = new SettingOverrides(known).apply(read.settings(), assignments);
            return new SettingsSource.Configured(changed, read.skippedChecks());
        } catch (ConfigurationException e) {
            throw new UsageException(e.getMessage());
        }
    }
}
