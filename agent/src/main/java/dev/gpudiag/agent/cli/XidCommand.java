package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gpudiag.agent.report.KernelEvents;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.kernellog.KernelEvent;
import dev.gpudiag.checks.kernellog.KernelLogParser;
import dev.gpudiag.checks.kernellog.XidCatalogue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gpudiag xid}: what a saved kernel log says of GPUs. */
@Command(
        name = "xid",
        description = "Read a kernel log and say what each Xid, SXid and lost GPU in it means, and what to do.",
        footer = {
            "",
            "Examples:   dmesg | gpudiag xid",
            "            journalctl -k -b -1 | gpudiag xid --json",
            "Exit codes: 0 nothing wrong, 1 warning, 2 critical, 3 not known, by the worst line."
        })
final class XidCommand implements Callable<Integer> {

    private final CommandContext context;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            description = "dmesg, journalctl or syslog as text (default: standard input).")
    private Path file;

    @Option(names = "--json", description = "One JSON object a line (NDJSON).")
    private boolean json;

    XidCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException {
        if (file == null) {
            return read(new BoundedLines(System.in, KernelLogParser.LINE_LIMIT));
        }
        if (!Files.exists(file)) {
            throw new UsageException("no file " + file);
        }
        if (!Files.isRegularFile(file)) {
            throw new UnusableFileException(file + " is not a regular file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return read(new BoundedLines(in, KernelLogParser.LINE_LIMIT));
        } catch (IOException e) {
            throw new UnusableFileException("cannot read " + file + ": " + e.getMessage());
        }
    }

    private int read(BoundedLines lines) throws UnusableFileException {
        KernelLogParser parser = new KernelLogParser(XidCatalogue.shipped());
        Map<Status, Integer> counts = new EnumMap<>(Status.class);
        long read = 0;
        try {
            for (Optional<byte[]> line = lines.next(); line.isPresent(); line = lines.next()) {
                read++;
                parser.read(new String(line.get(), UTF_8)).ifPresent(event -> {
                    counts.merge(event.severity(), 1, Integer::sum);
                    print(event);
                });
            }
        } catch (IOException e) {
            throw new UnusableFileException("cannot read the log: " + e.getMessage());
        }
        if (!json) {
            context.console().out().println(summary(read, counts));
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
