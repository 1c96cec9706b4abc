package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.kernellog.LogClock;
import dev.gpudiag.agent.kernellog.LogStream;
import dev.gpudiag.agent.report.KernelEvents;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.checks.kernellog.KernelEvent;
import dev.gpudiag.checks.kernellog.KernelLogParser;
import dev.gpudiag.checks.kernellog.KernelRecord;
import dev.gpudiag.checks.kernellog.XidCatalogue;
import dev.gpudiag.checks.kernellog.XidOverrides;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gpudiag xid}: what a saved kernel log says of GPUs. */
@Command(
        name = "xid",
        description = "Read a kernel log and say what each Xid, SXid and lost GPU in it means, and what to do.",
        footer = {
            "",
            "Examples:   dmesg | gpudiag xid",
            "            journalctl -k -b -1 -o export | gpudiag xid --json",
            "Reads text of dmesg, journalctl and syslog, journalctl -o json and -o export,",
            "records of /dev/kmsg and pstore; not the journal's own files.",
            "xid.override changes how bad an Xid is (--set xid.override=31=INFO); as a log may be another",
            "machine's, the installed configuration is not read unless --config names it.",
            "Exit codes: 0 nothing wrong, 1 warning, 2 critical, 3 not known, by the worst line."
        })
final class XidCommand implements Callable<Integer> {

    private final CommandContext context;

    @Parameters(paramLabel = "FILE", arity = "0..1", description = "A saved kernel log (default: standard input).")
    private Path file;

    @Option(names = "--json", description = "One JSON object a line (NDJSON).")
    private boolean json;

    @Mixin
    private SettingFlags settings;

    XidCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException {
        XidOverrides severities = CheckCatalog.severities(settings.given(context, CheckCatalog.settings()));
        if (file == null) {
            return read(System.in, severities);
        }
        if (!Files.exists(file)) {
            throw new UsageException("no file " + file);
        }
        if (!Files.isRegularFile(file)) {
            throw new UnusableFileException(file + " is not a regular file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, severities);
        } catch (IOException e) {
            throw new UnusableFileException("cannot read " + file + ": " + e.getMessage());
        }
    }

    private int read(InputStream in, XidOverrides severities) throws UnusableFileException {
        LogStream log = new LogStream(in, new LogClock(Instant.now(), ZoneId.systemDefault(), Optional.empty()));
        KernelLogParser parser = new KernelLogParser(XidCatalogue.shipped());
        Map<Status, Integer> counts = new EnumMap<>(Status.class);
        try {
            for (Optional<KernelRecord> record = log.next(); record.isPresent(); record = log.next()) {
                parser.read(record.get().line(), record.get().text())
                        .filter(event -> !event.isDriverLoad())
                        .flatMap(severities::applyTo)
                        .ifPresent(event -> {
                            counts.merge(event.severity(), 1, Integer::sum);
                            print(event);
                        });
            }
        } catch (IOException e) {
            throw new UnusableFileException("cannot read the log: " + e.getMessage());
        }
        if (!json) {
            context.console().out().println(summary(log.lines(), counts));
        }
        return counts.keySet().stream().reduce(Status.OK, Status::worse).exitCode();
    }

    private void print(KernelEvent event) {
        if (json) {
            context.console().out().println(KernelEvents.json(event));
        } else {
            context.console().out().print(KernelEvents.text(event));
        }
    }

    private static String summary(long lines, Map<Status, Integer> counts) {
        String found = counts.entrySet().stream()
                .sorted(Map.Entry.<Status, Integer>comparingByKey().reversed())
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
        return lines + " lines read, " + (found.isEmpty() ? "nothing about GPUs in them" : found);
    }
}
