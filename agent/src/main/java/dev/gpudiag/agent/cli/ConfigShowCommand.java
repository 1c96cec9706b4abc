package dev.gpudiag.agent.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.config.AgentSettings;
import dev.gpudiag.agent.config.Configuration;
import dev.gpudiag.agent.config.Origin;
import dev.gpudiag.agent.report.JsonText;
import dev.gpudiag.agent.report.Printable;
import dev.gpudiag.checks.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gpudiag config show}: what is in force, and where each value comes from. */
@Command(
        name = "show",
        description = "Show every setting with its value and where that comes from.",
        footer = {
            "",
            "A flag beats the environment, which beats the file, which beats the default.",
            "Exit codes: 0, or 78 for a configuration that cannot be used."
        })
final class ConfigShowCommand implements Callable<Integer> {

    private static final int SCHEMA_VERSION = 1;

    private final CommandContext context;

    @Mixin
    private SettingFlags settings;

    @Option(names = "--changed", description = "Only what is not the default.")
    private boolean changed;

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    ConfigShowCommand(CommandContext context) {
        this.context = context;
    }

    private record Row(String key, String value, String unit, Origin origin) {}

    @Override
    public Integer call() throws UsageException, UnusableFileException {
        SettingsSource.Configured configured = settings.inForce(context, settings.file());
        List<Row> rows = rows(configured.configuration());
        context.console().out().print(json ? json(configured, rows) : text(rows));
        return ExitCodes.OK;
    }

    private List<Row> rows(Configuration configuration) {
        List<Setting<?>> all = new ArrayList<>(AgentSettings.all());
        context.checks().forEach(check -> all.addAll(check.spec().settings()));
        List<Row> rows = new ArrayList<>();
        for (Setting<?> setting : all) {
            String value = Setting.format(configuration.settings().get(setting));
            rows.add(new Row(setting.key(), value, setting.unit(), configuration.origin(setting.key())));
        }
        rows.add(new Row(
                Configuration.SKIP,
                String.join(",", new TreeSet<>(configuration.skippedChecks())),
                "",
                configuration.origin(Configuration.SKIP)));
        return rows.stream()
                .filter(row -> !changed || !(row.origin() instanceof Origin.Default))
                .toList();
    }

    private static String text(List<Row> rows) {
        int width = rows.stream().mapToInt(row -> row.key().length()).max().orElse(0);
        int values = rows.stream()
                .mapToInt(row -> Math.min(40, shown(row).length()))
                .max()
                .orElse(0);
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-" + Math.max(1, width) + "s  %-" + Math.max(1, values) + "s  %s%n",
                    row.key(),
                    shown(row),
                    Printable.ascii(row.origin().describe())));
        }
        return text.toString();
    }

    private static String shown(Row row) {
        String value = Printable.ascii(row.value());
        return value.isEmpty() ? "-" : row.unit().isEmpty() ? value : value + " " + row.unit();
    }

    private static String json(SettingsSource.Configured configured, List<Row> rows) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("schema_version", SCHEMA_VERSION);
        root.put("file", configured.file().map(Path::toString).orElse(null));
        ArrayNode list = root.putArray("settings");
        for (Row row : rows) {
            list.addObject()
                    .put("key", row.key())
                    .put("value", row.value())
                    .put("unit", row.unit())
                    .put("origin", row.origin().kind())
                    .put("origin_detail", row.origin().describe());
        }
        return JsonText.of(root) + "\n";
    }
}
