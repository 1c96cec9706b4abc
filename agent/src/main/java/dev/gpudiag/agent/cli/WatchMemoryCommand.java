package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.report.JsonText;
import dev.gpudiag.agent.report.LoadTestText;
import dev.gpudiag.agent.report.Palette;
import dev.gpudiag.agent.report.TraceReport;
import dev.gpudiag.agent.trace.RecordedLine;
import dev.gpudiag.agent.trace.TracePoint;
import dev.gpudiag.agent.trace.WatchedMemory;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.memory.LoadTest;
import dev.gpudiag.telemetry.NodeSample;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gpudiag watch-memory}: memory as it grows, for the engineer without an agent. */
@Command(
        name = "watch-memory",
        description = "Watch memory for a while and say whether it grows; Ctrl-C ends it early, with what was seen.",
        footer = {
            "",
            "Examples:   gpudiag watch-memory --pid 4711 --for 30m --record trace.ndjson",
            "            gpudiag watch-memory --simulate memory-leak --for 1h --time-scale 60",
            "Exit codes: 0 memory does not grow, 1 it grows steadily, 2 a confirmed leak fills the GPU within a day,",
            "            3 too short or nothing to see."
        })
final class WatchMemoryCommand implements Callable<Integer> {

    private static final Duration ENDING = Duration.ofSeconds(5);

    private final CommandContext context;
    private final Observation.Pause pause;

    @Option(names = "--pid", paramLabel = "PID", description = "Watch this process alone (default: all, and the GPUs).")
    private Long pid;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "30m",
            description = "How long, 1s to 24h (default: 30m).")
    private String length;

    @Option(
            names = "--every",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "Time between two samples, 100ms to 5m (default: 10s).")
    private String every;

    @Option(
            names = "--record",
            paramLabel = "FILE",
            description = "Write what is seen to a new file, which analyze-memory reads.")
    private Path record;

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    @Option(names = "--no-color", description = "No colour, even on a terminal.")
    private boolean noColor;

    @Mixin
    private SourceFlags source;

    @Mixin
    private TimeoutFlag timeout;

    WatchMemoryCommand(CommandContext context, Observation.Pause pause) {
        this.context = context;
        this.pause = pause;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException {
        Duration window = DurationOption.parse("--for", length, Duration.ofSeconds(1), Duration.ofHours(24));
        Duration interval = DurationOption.parse("--every", every, Duration.ofMillis(100), Duration.ofMinutes(5));
        SourceOptions options = source.options(context);
        if (options instanceof SourceOptions.Replayed) {
            throw new UsageException("a recording of one instant does not change: use analyze-memory for a trace");
        }
        double scale = options instanceof SourceOptions.Simulated simulated ? simulated.timeScale() : 1;
        WatchedMemory watched = new WatchedMemory(pid == null ? OptionalLong.empty() : OptionalLong.of(pid));
        CountDownLatch asked = new CountDownLatch(1);
        Thread command = Thread.currentThread();
        Thread hook = new Thread(() -> end(asked, command));
        Runtime.getRuntime().addShutdownHook(hook);
        try (Recorder recorder = recorder();
                NodeSource node = context.sources().open(options)) {
            node.warnings().forEach(context.console()::complain);
            node.sample(timeout.value()); // the first one opens the driver, which takes its time
            node.goOn();
            Observation observation = new Observation(
                    window,
                    interval,
                    timeout.value(),
                    time -> pauseUnlessEnded(time.dividedBy(Math.max(1, Math.round(scale))), asked),
                    Observation.Progress.of(context));
            watch(observation, node, watched, recorder);
        } catch (IOException e) {
            throw new UnusableFileException("cannot write " + record + ": " + e.getMessage());
        } catch (UncheckedIOException e) {
            throw new UnusableFileException(
                    "cannot write " + record + ": " + e.getCause().getMessage());
        } finally {
            forget(hook);
        }
        return print(watched);
    }

    private void watch(Observation observation, NodeSource node, WatchedMemory watched, Recorder recorder) {
        try {
            observation.run(node, sample -> recorder.write(sample, watched.add(sample)));
        } catch (InterruptedException e) {
            context.console().complain("ended early: this is what was seen until now");
        }
    }

    /** The time of Ctrl-C: the command is given a moment to say what it has seen. */
    private static void end(CountDownLatch asked, Thread command) {
        asked.countDown();
        try {
            command.join(ENDING.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is ending, and the hook waits for this very thread
        }
    }

    private void pauseUnlessEnded(Duration time, CountDownLatch asked) throws InterruptedException {
        long slices = Math.max(1, time.toMillis() / 200);
        for (long slice = 0; slice < slices; slice++) {
            if (asked.await(0, TimeUnit.MILLISECONDS)) {
                throw new InterruptedException("asked to end");
            }
            pause.of(time.dividedBy(slices));
        }
    }

    private int print(WatchedMemory watched) {
        var series = watched.series();
        var tests = watched.loadTests();
        if (series.isEmpty()) {
            context.console().complain(pid == null ? "no GPU told of its memory" : "no GPU listed pid " + pid);
            return Status.UNKNOWN.exitCode();
        }
        if (json) {
            ObjectNode root = TraceReport.json(series);
            LoadTestText.json(root, tests);
            context.console().out().println(JsonText.of(root));
        } else {
            Palette palette = context.console().colour() && !noColor ? Palette.ANSI : Palette.PLAIN;
            context.console()
                    .out()
                    .print(TraceReport.text(series, palette, BlockCharacters.shown(context)) + "\n"
                            + LoadTestText.of(tests));
        }
        Status worst = series.stream().map(TraceReport::severity).reduce(Status.OK, Status::worse);
        return Status.worse(worst, status(tests.values())).exitCode();
    }

    private static Status status(Collection<LoadTest> tests) {
        boolean grows = tests.stream().anyMatch(test -> test.memory() == LoadTest.Memory.GROWS);
        boolean told = tests.stream().anyMatch(test -> test.memory() == LoadTest.Memory.DOES_NOT_GROW);
        return grows ? Status.WARNING : told ? Status.OK : Status.UNKNOWN;
    }

    private Recorder recorder() throws UsageException, IOException {
        if (record == null) {
            return new Recorder(Optional.empty());
        }
        try {
            return new Recorder(Optional.of(
                    Files.newBufferedWriter(record, UTF_8, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)));
        } catch (FileAlreadyExistsException e) {
            throw new UsageException("--record: " + record + " exists and is not overwritten");
        }
    }

    /** Writes lines as they come, so that a recording that is cut short is whole up to there. */
    private record Recorder(Optional<BufferedWriter> out) implements AutoCloseable {

        void write(NodeSample sample, Collection<TracePoint> points) {
            if (out.isEmpty()) {
                return;
            }
            try {
                for (TracePoint point : points) {
                    out.get().write(RecordedLine.write(sample.takenAt(), point) + "\n");
                }
                out.get().flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            if (out.isPresent()) {
                out.get().close();
            }
        }
    }
}
