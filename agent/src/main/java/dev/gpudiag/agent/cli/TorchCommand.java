package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.gpudiag.agent.report.TorchJson;
import dev.gpudiag.agent.report.TorchText;
import dev.gpudiag.agent.torch.SnapshotReader;
import dev.gpudiag.agent.torch.StatisticsReader;
import dev.gpudiag.agent.torch.TorchFileException;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.memory.torch.AllocatorStatistics;
import dev.gpudiag.checks.memory.torch.Snapshot;
import dev.gpudiag.checks.memory.torch.SnapshotAnalysis;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gpudiag torch}: fragmentation of PyTorch's allocator. */
@Command(
        name = "torch",
        description = {
            "Read a memory snapshot or the statistics of PyTorch's allocator and say how fragmented it is, what the"
                    + " largest allocation is that still works, and whether fragmentation explains a failed one.",
            "A snapshot is read without Python, and nothing in it is ever executed."
        },
        footer = {
            "",
            "How to get a file: torch.cuda.memory._record_memory_history(); ...",
            "                   torch.cuda.memory._dump_snapshot('snapshot.pickle')",
            "                   json.dump(torch.cuda.memory_stats(), open('stats.json', 'w'))",
            "Examples:          gpudiag torch snapshot.pickle --picture snapshot.svg",
            "                   gpudiag torch stats.json --json",
            "Exit codes:        0 not fragmented, 1 fragmented, 2 fragmented and an allocation failed for it,",
            "                   3 not known; 64 wrong usage, 78 a file that cannot be used."
        })
final class TorchCommand implements Callable<Integer> {

    private final CommandContext context;

    @Parameters(paramLabel = "FILE", description = "Snapshot (pickle) or memory_stats (JSON).")
    private Path file;

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    @Option(names = "--no-frames", description = "Leave out who made the blocks: less memory for a huge snapshot.")
    private boolean noFrames;

    @Option(
            names = "--picture",
            paramLabel = "OUT.svg|OUT.html",
            description = "Draw segments and blocks into a new file.")
    private Path picture;

    TorchCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException {
        Optional<PictureFile> target = picture == null ? Optional.empty() : Optional.of(PictureFile.of(picture));
        if (!Files.exists(file)) {
            throw new UsageException("no file " + file);
        }
        if (!Files.isRegularFile(file)) {
            throw new UnusableFileException(file + " is not a regular file");
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            return isJson(in) ? statistics(in, target) : snapshot(in, target);
        } catch (TorchFileException e) {
            throw new UnusableFileException(file + ": " + e.getMessage());
        } catch (IOException e) {
            throw new UnusableFileException("cannot read " + file + ": " + e.getMessage());
        }
    }

    /** JSON begins with a bracket; a pickle that does (an empty list, an empty dictionary) goes on otherwise. */
    private static boolean isJson(InputStream in) throws IOException {
        in.mark(64);
        byte[] head = in.readNBytes(64);
        in.reset();
        String text = new String(head, ISO_8859_1).replace("\u00ef\u00bb\u00bf", "");
        return text.matches("(?s)\\s*(\\{\\s*[\"}]|\\[\\s*[{\\]]).*");
    }

    private int statistics(InputStream in, Optional<PictureFile> target)
            throws IOException, TorchFileException, UsageException {
        if (target.isPresent()) {
            throw new UsageException("--picture needs a snapshot: statistics hold no segments");
        }
        byte[] text = in.readNBytes(StatisticsReader.SIZE_LIMIT + 1);
        if (text.length > StatisticsReader.SIZE_LIMIT) {
            throw new TorchFileException("longer than any memory_stats");
        }
        List<AllocatorStatistics> all = StatisticsReader.read(text);
        context.console().out().print(json ? TorchJson.ofStatistics(all) + "\n" : TorchText.ofStatistics(all));
        return all.stream()
                .map(statistics -> statistics.judge().status())
                .reduce(Status.OK, Status::worse)
                .exitCode();
    }

    private int snapshot(InputStream in, Optional<PictureFile> target)
            throws IOException, TorchFileException, UnusableFileException {
        Snapshot snapshot = SnapshotReader.read(in, !noFrames);
        SnapshotAnalysis analysis = SnapshotAnalysis.of(snapshot);
        if (target.isPresent()) {
            target.get().write(analysis);
        }
        context.console().out().print(json ? TorchJson.of(analysis) + "\n" : TorchText.of(analysis));
        return analysis.status().exitCode();
    }
}
