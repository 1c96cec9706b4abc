package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gpudiag.agent.bundle.Bundle;
import dev.gpudiag.agent.bundle.BundleException;
import dev.gpudiag.agent.bundle.HostParts;
import dev.gpudiag.agent.bundle.Part;
import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.agent.report.JsonReport;
import dev.gpudiag.agent.report.JsonText;
import dev.gpudiag.agent.report.Palette;
import dev.gpudiag.agent.report.ReportContext;
import dev.gpudiag.agent.report.TextReport;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gpudiag report}: one archive with what a vendor or a colleague asks for. */
@Command(
        name = "report",
        description =
                "Collect what a vendor asks for into one archive: snapshot, verdict, kernel log, versions, PCI, control"
                        + " groups, configuration; secrets and names of machines are taken out.",
        footer = {
            "",
            "Examples:   gpudiag report",
            "            gpudiag report --output case-4711.tar.gz",
            "            gpudiag check --replay case-4711.tar.gz",
            "Exit codes: 0 written, whatever the state of the node; 64 wrong usage, 78 a file that cannot be used."
        })
final class ReportCommand implements Callable<Integer> {

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int BAR = 20;

    private final CommandContext context;

    @Mixin
    private SourceFlags source;

    @Mixin
    private SettingFlags settings;

    @Mixin
    private TimeoutFlag timeout;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "Where to write, a file that is not there yet (default: gpudiag-report-TIME.tar.gz, here).")
    private String output;

    @Option(names = "--no-redact", description = "Leave secrets, addresses and names of machines in.")
    private boolean noRedact;

    ReportCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException, InterruptedException {
        Duration limit = timeout.value();
        SourceOptions options = source.options(context);
        SettingsSource.Configured configured = settings.inForce(context, options);
        Optional<Path> configuration = settings.file()
                .or(() -> Optional.of(Wiring.INSTALLED_CONFIGURATION)
                        .filter(path -> options instanceof SourceOptions.Live && Files.exists(path)));
        try (NodeSource node = context.sources().open(options, configured.settings(), EnumSet.allOf(Need.class))) {
            // a hung driver must leave time for the parts that need none
            NodeSample sample = node.sample(context.stopwatch().remaining(limit).dividedBy(2));
            Instant time = sample.takenAt();
            Path file = file(time);
            Optional<HostRoot> root = root(options, configured.settings(), node);
            Bundle bundle = new Bundle(
                    context.product().version(),
                    sample.source().kind().name().toLowerCase(Locale.ROOT),
                    time,
                    noRedact ? Optional.empty() : Optional.of(names(sample, root)));
            List<Part> parts = new ArrayList<>(verdict(sample, node, configured, limit));
            configuration.ifPresent(path -> parts.add(
                    new Part("configuration.yaml", "the configuration file", () -> Files.readString(path, UTF_8))));
            root.ifPresent(host -> parts.addAll(new HostParts(host).parts(holders(sample))));
            if (options instanceof SourceOptions.Live live && live.hostRoot().equals(Path.of("/"))) {
                parts.addAll(new AgentParts(configured.settings()).all());
            }
            Bundle.Written written =
                    bundle.write(file, parts, () -> context.stopwatch().remaining(limit), progress());
            tell(file, written);
            return ExitCodes.OK;
        } catch (BundleException e) {
            throw new UnusableFileException(e.getMessage());
        }
    }

    private Path file(Instant time) throws UsageException {
        try {
            return Path.of(output == null ? "gpudiag-report-" + STAMP.format(time) + ".tar.gz" : output);
        } catch (InvalidPathException e) {
            throw new UsageException("--output: not a path: " + output);
        }
    }

    private List<Part> verdict(
            NodeSample sample, NodeSource node, SettingsSource.Configured configured, Duration limit) {
        CheckSelection checks = CheckSelection.all(context.checks()).without(configured.skippedChecks());
        Report report = checks.run(node.evidence(sample, configured.settings()));
        ReportContext around = new ReportContext(
                context.product().version(),
                context.stopwatch().elapsed(limit),
                node.warnings(),
                report.exitCode(),
                true);
        return List.of(
                new Part("snapshot.json", "everything that NVML and the host said; --replay reads it", () -> {
                    ByteArrayOutputStream out = new ByteArrayOutputStream();
                    context.snapshots().write(sample, out);
                    return out.toString(UTF_8);
                }),
                new Part("check.txt", "the verdict", () -> TextReport.render(report, around, Palette.PLAIN)),
                new Part("check.json", "the verdict, for machines", () -> JsonText.of(JsonReport.of(report, around))));
    }

    /** What stands for the host's files; a recording has none. */
    private static Optional<HostRoot> root(SourceOptions options, Settings settings, NodeSource node)
            throws UnusableFileException {
        try {
            return switch (options) {
                case SourceOptions.Live live -> Optional.of(new HostRoot(ProductSources.hostRoot(live, settings)));
                case SourceOptions.Simulated simulated -> node.hostRoot();
                case SourceOptions.Replayed replayed -> Optional.empty();
            };
        } catch (IllegalArgumentException e) {
            throw new UnusableFileException(e.getMessage());
        }
    }

    private static Collection<String> names(NodeSample sample, Optional<HostRoot> root) {
        List<String> names = new ArrayList<>();
        sample.driver().get(HostQuantities.HOSTNAME).value().ifPresent(names::add);
        for (String path : List.of("/proc/sys/kernel/hostname", "/etc/hostname")) {
            root.flatMap(host -> host.readLine(path).value()).ifPresent(names::add);
        }
        return names;
    }

    private static List<Long> holders(NodeSample sample) {
        return sample.host().holders().value().orElse(List.of()).stream()
                .map(GpuHolder::pid)
                .toList();
    }

    private Bundle.Progress progress() {
        if (!"1".equals(context.environment().get("GPUDIAG_PROGRESS"))) {
            return (done, of, name) -> {};
        }
        return (done, of, name) -> {
            int filled = done * BAR / of;
            String bar = "\r[" + "#".repeat(filled) + ".".repeat(BAR - filled) + "] ";
            context.console().err().printf(Locale.ROOT, "%s%-40s", bar, name);
            if (done == of) {
                context.console().err().print("\r" + " ".repeat(BAR + 44) + "\r");
            }
            context.console().err().flush();
        };
    }

    private void tell(Path file, Bundle.Written written) {
        context.console()
                .out()
                .println("written to " + file + ", which only you can read: " + written.parts() + " parts");
        written.missing().forEach(gap -> context.console().out().println("missing: " + gap));
        context.console()
                .out()
                .println(
                        noRedact
                                ? "NOTHING was redacted: look at it before you hand it on"
                                : "redacted: " + counts(written) + "; redacted.json in it says what and where");
    }

    private static String counts(Bundle.Written written) {
        return written.redacted().isEmpty()
                ? "nothing was found"
                : written.redacted().entrySet().stream()
                        .map(kind -> kind.getKey() + " " + kind.getValue() + "x")
                        .sorted()
                        .collect(Collectors.joining(", "));
    }
}
