package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gpudiag.agent.kernellog.BoundedLines;
import dev.gpudiag.agent.report.JsonText;
import dev.gpudiag.agent.report.Palette;
import dev.gpudiag.agent.report.TraceReport;
import dev.gpudiag.agent.trace.TraceAnalysis;
import dev.gpudiag.agent.trace.TraceException;
import dev.gpudiag.agent.trace.TraceReader;
import dev.gpudiag.agent.trace.TraceSeries;
import dev.gpudiag.checks.Status;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gpudiag analyze-memory}: the leak detector over a recorded trace. */
@Command(
        name = "analyze-memory",
        description = "Say whether the memory in a recorded trace grows as a leak does.",
        footer = {
            "",
            "Examples:   nvidia-smi --query-gpu=timestamp,index,memory.used,memory.total --format=csv -l 30 > trace.csv",
            "            nvidia-smi --query-compute-apps=timestamp,gpu_uuid,pid,used_memory --format=csv -l 30 > apps.csv",
            "            gpudiag analyze-memory trace.csv",
            "Exit codes: 0 no leak at the end of the trace, or one that is only suspected; 1 a likely or confirmed one;",
            "            2 a confirmed one that fills the GPU within a day."
        })
final class AnalyzeMemoryCommand implements Callable<Integer> {

    private static final int LINE_LIMIT = 1 << 16;

    private final CommandContext context;

    @Parameters(
            paramLabel = "FILE",
            description =
                    "gpudiag's own recording, nvidia-smi's CSV, or seconds,gpu,pid,used_bytes; - is standard input.")
    private Path file;

    @Option(
            names = "--columns",
            paramLabel = "NAMES",
            description = "What the columns are where the file has no heading: timestamp,index,memory.used.")
    private String columns;

    @Option(
            names = "--gpu-memory",
            paramLabel = "SIZE",
            description = "Memory of each GPU where the trace does not have it: 80GiB, 81559MiB.")
    private String gpuMemory;

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    @Option(names = "--no-color", description = "No colour, even on a terminal.")
    private boolean noColor;

    AnalyzeMemoryCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException {
        TraceReader reader = reader();
        TraceAnalysis analysis = new TraceAnalysis(
                gpuMemory == null ? OptionalLong.empty() : MemorySize.parse("--gpu-memory", gpuMemory));
        List<String> warnings = new ArrayList<>(read(reader, analysis));
        if (analysis.leftOut() > 0) {
            warnings.add("more than " + TraceAnalysis.SERIES_LIMIT + " processes: " + analysis.leftOut()
                    + " values of others are left out");
        }
        warnings.forEach(context.console()::complain);
        return print(analysis.series());
    }

    private TraceReader reader() throws UsageException {
        try {
            return columns == null ? new TraceReader() : TraceReader.withColumns(columns);
        } catch (TraceException e) {
            throw new UsageException("--columns: " + e.getMessage());
        }
    }

    private List<String> read(TraceReader reader, TraceAnalysis analysis) throws UsageException, UnusableFileException {
        if (file.toString().equals("-")) {
            return read(System.in, "standard input", reader, analysis);
        }
        if (!Files.exists(file)) {
            throw new UsageException("no file " + file);
        }
        if (Files.isDirectory(file)) {
            throw new UnusableFileException(file + " is a directory");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, file.toString(), reader, analysis);
        } catch (IOException e) {
            throw new UnusableFileException("cannot read " + file + ": " + e.getMessage());
        }
    }

    private static List<String> read(InputStream in, String name, TraceReader reader, TraceAnalysis analysis)
            throws UnusableFileException {
        BoundedLines lines = new BoundedLines(in, LINE_LIMIT);
        try {
            for (Optional<byte[]> line = lines.next(); line.isPresent(); line = lines.next()) {
                reader.read(new String(line.get(), UTF_8)).ifPresent(analysis::add);
            }
            return reader.end();
        } catch (TraceException e) {
            throw new UnusableFileException(name + ": " + e.getMessage());
        } catch (IOException e) {
            throw new UnusableFileException("cannot read " + name + ": " + e.getMessage());
        }
    }

    private int print(List<TraceSeries> series) {
        if (json) {
            context.console().out().println(JsonText.of(TraceReport.json(series)));
        } else {
            Palette palette = context.console().colour() && !noColor ? Palette.ANSI : Palette.PLAIN;
            context.console().out().print(TraceReport.text(series, palette, BlockCharacters.shown(context)));
        }
        return series.stream()
                .map(TraceReport::severity)
                .reduce(Status.OK, Status::worse)
                .exitCode();
    }
}
