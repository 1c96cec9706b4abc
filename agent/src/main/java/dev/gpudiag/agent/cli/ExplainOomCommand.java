package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gpudiag.agent.kernellog.BoundedLines;
import dev.gpudiag.agent.report.OomReport;
import dev.gpudiag.checks.memory.oom.OomLog;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gpudiag explain-oom}: why a program ran out of GPU memory. */
@Command(
        name = "explain-oom",
        description = {
            "Read a log and say for each message that GPU memory ran out what the cause is: batch size, sequence length and"
                    + " KV cache, model too large, leak, fragmentation, another tenant or a limit, most likely first for"
                    + " these figures, each with what to do.",
            "Understood are PyTorch (all wordings, and torch.cuda.memory_summary()), JAX / XLA, TensorFlow, vLLM, SGLang,"
                    + " CUDA, NCCL, and the host's own out-of-memory messages."
        },
        footer = {
            "",
            "Examples:   gpudiag explain-oom < train.log",
            "            kubectl logs POD --previous | gpudiag explain-oom --json",
            "Exit codes: 0 a message was found and explained, 3 none was found;",
            "            64 wrong usage, 78 a file that cannot be used."
        })
final class ExplainOomCommand implements Callable<Integer> {

    private static final int NOTHING_FOUND = 3;

    private final CommandContext context;

    @Parameters(paramLabel = "FILE", arity = "0..1", description = "A log, or one message (default: standard input).")
    private Path file;

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    ExplainOomCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException {
        if (file == null) {
            return explain(System.in);
        }
        if (!Files.exists(file)) {
            throw new UsageException("no file " + file);
        }
        if (!Files.isRegularFile(file)) {
            throw new UnusableFileException(file + " is not a regular file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return explain(in);
        } catch (IOException e) {
            throw new UnusableFileException("cannot read " + file + ": " + e.getMessage());
        }
    }

    private int explain(InputStream in) throws UnusableFileException {
        OomLog log = new OomLog();
        BoundedLines lines = new BoundedLines(in, OomLog.LINE_LIMIT);
        try {
            for (Optional<byte[]> line = lines.next(); line.isPresent(); line = lines.next()) {
                log.read(new String(line.get(), UTF_8));
            }
        } catch (IOException e) {
            throw new UnusableFileException("cannot read the log: " + e.getMessage());
        }
        boolean found = !log.events().isEmpty();
        context.console().out().print(json ? OomReport.json(log) + "\n" : OomReport.text(log));
        return found ? ExitCodes.OK : NOTHING_FOUND;
    }
}
