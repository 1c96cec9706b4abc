package dev.gpudiag.agent.config;

import dev.gpudiag.checks.Setting;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes the settings down for people: a table for the README, and a sample configuration. */
public final class SettingsReference {

    private final List<Setting<?>> settings;

    /** Of the agent and {@code ofChecks}. */
    public SettingsReference(List<Setting<?>> ofChecks) {
        Set<Setting<?>> all = new LinkedHashSet<>(AgentSettings.all());
        all.addAll(ofChecks);
        settings = List.copyOf(all);
    }

    /** A Markdown table, one line per setting. */
    public String table() {
        StringBuilder table = new StringBuilder("| setting | default | range | meaning |\n|---|---|---|---|\n");
        for (Setting<?> setting : settings) {
            String value = Setting.format(setting.defaultValue());
            table.append("| `%s` | %s | %s | %s |\n"
                    .formatted(
                            setting.key(),
                            value.isEmpty() ? "" : "`" + value + "`" + unit(setting),
                            cell(setting.range() + unit(setting)),
                            cell(setting.help())));
        }
        return table.toString();
    }

    /** A configuration file that changes nothing: every setting commented out, with its default. */
    public String sample() {
        StringBuilder sample = new StringBuilder("""
                # gpudiag configuration; everything is optional, and what is commented out is the default.
                # To change a setting remove the # before it and before its section.

                """);
        sections().forEach((section, members) -> {
            String indent = section.isEmpty() ? "" : "  ";
            if (!section.isEmpty()) {
                sample.append("#%s:\n".formatted(section));
            }
            for (Setting<?> setting : members) {
                String value = Setting.format(setting.defaultValue());
                sample.append("# %s%s (%s)\n".formatted(indent, setting.help(), setting.range() + unit(setting)));
                sample.append("#%s%s: %s\n".formatted(indent, name(setting), value.isEmpty() ? "\"\"" : value));
            }
            sample.append('\n');
        });
        return sample.append("""
                # checks that are not to be run
                #checks:
                #  skip: []
                """).toString();
    }

    private Map<String, List<Setting<?>>> sections() {
        Map<String, List<Setting<?>>> sections = new LinkedHashMap<>();
        for (Setting<?> setting : settings) {
            String section = section(setting);
            sections.putIfAbsent(
                    section,
                    settings.stream()
                            .filter(other -> section(other).equals(section))
                            .toList());
        }
        return sections;
    }

    private static String section(Setting<?> setting) {
        int dot = setting.key().indexOf('.');
        return dot < 0 ? "" : setting.key().substring(0, dot);
    }

    private static String name(Setting<?> setting) {
        return setting.key().substring(setting.key().indexOf('.') + 1);
    }

    private static String unit(Setting<?> setting) {
        return setting.unit().isEmpty() ? "" : " " + setting.unit();
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace('\n', ' ');
    }
}
