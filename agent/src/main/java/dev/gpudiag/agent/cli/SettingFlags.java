package dev.gpudiag.agent.cli;

import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
            throws UsageException, ConfigurationException {
        Optional<Path> file = file();
        boolean configured = file.isPresent() || source instanceof SourceOptions.Live;
        SettingsSource.Configured read =
                configured ? context.settings().load(file) : SettingsSource.Configured.defaults();
        Map<String, Setting<?>> known = new LinkedHashMap<>();
        context.settings().known().forEach(setting -> known.put(setting.key(), setting));
        return new SettingsSource.Configured(assigned(read.settings(), known), read.skippedChecks());
    }

    private Settings assigned(Settings settings, Map<String, Setting<?>> known) throws UsageException {
        List<String> errors = new ArrayList<>();
        Settings changed = settings;
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            String key = equals < 0 ? assignment : assignment.substring(0, equals);
            Setting<?> setting = known.get(key);
            if (setting == null) {
                errors.add("--set " + assignment + ": no such setting" + NearestName.hint(key, known.keySet()));
            } else if (equals < 0) {
                errors.add("--set " + assignment + ": no value; write " + key + "=VALUE");
            } else {
                try {
                    changed = changed.with(setting, assignment.substring(equals + 1));
                } catch (IllegalArgumentException e) {
                    errors.add("--set " + assignment + ": " + e.getMessage());
                }
            }
        }
        if (!errors.isEmpty()) {
            throw new UsageException(String.join("\n", errors));
        }
        return changed;
    }
}
