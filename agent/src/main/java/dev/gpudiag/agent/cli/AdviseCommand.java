package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.report.AdviceText;
import dev.gpudiag.agent.report.AdviceText.GpuAdvice;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.fit.Advice;
import dev.gpudiag.checks.fit.GpuModels;
import dev.gpudiag.checks.fit.GpuUsage;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.SampleHistory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gpudiag advise}: smaller, larger, more or fewer GPUs, from how they were used. */
@Command(
        name = "advise",
        description = "Say whether GPUs are idle, wasted, the right size or too few, from how they were used.",
        footer = {
            "",
            "Examples:   gpudiag advise --for 30m",
            "            gpudiag advise --simulate memory-leak",
            "Exit codes: 0 there is advice, 3 nothing could be judged: 15 minutes of history are needed."
        })
final class AdviseCommand implements Callable<Integer> {

    private static final Duration LONGEST = Duration.ofHours(24);

    private final CommandContext context;
    private final Observation.Pause pause;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "Watch this node for that long first: 30m, 2h (default: only what a simulation remembers).")
    private String length;

    @Option(
            names = "--every",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "Time between two samples (${DEFAULT-VALUE}).")
    private String every;

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    @Mixin
    private SourceFlags source;

    @Mixin
    private TimeoutFlag timeout;

    AdviseCommand(CommandContext context, Observation.Pause pause) {
        this.context = context;
        this.pause = pause;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException, InterruptedException {
        Duration interval = DurationOption.parse("--every", every, Duration.ofMillis(100), Duration.ofMinutes(5));
        SourceOptions options = source.options(context);
        if (length == null && options instanceof SourceOptions.Live) {
            throw new UsageException("how this node's GPUs are used is not known at once: say --for 30m to watch them");
        }
        if (length != null && options instanceof SourceOptions.Replayed) {
            throw new UsageException("--for watches a node; a recording of one instant does not change");
        }
        try (NodeSource node = context.sources().open(options)) {
            NodeSample sample;
            SampleHistory history = node.history();
            if (length == null) {
                sample = node.sample(timeout.value());
            } else {
                Observation observation = new Observation(
                        DurationOption.parse("--for", length, Duration.ofSeconds(1), LONGEST),
                        interval,
                        timeout.value(),
                        pause,
                        Observation.Progress.of(context));
                NodeSample[] last = new NodeSample[1];
                SampleHistory observed = observation.history();
                observation.run(node, found -> {
                    observed.add(found);
                    last[0] = found;
                });
                sample = last[0];
                history = observed;
            }
            return print(sample, history);
        }
    }

    private int print(NodeSample sample, SampleHistory history) {
        GpuModels catalogue = GpuModels.shipped();
        List<GpuAdvice> advice = sample.gpus().stream()
                .map(gpu -> GpuUsage.of(gpu, history, sample.takenAt()))
                .map(usage -> new GpuAdvice(usage, Advice.of(usage, catalogue)))
                .toList();
        context.console().out().print(json ? AdviceText.json(advice) + "\n" : AdviceText.text(advice));
        boolean known = advice.stream()
                .flatMap(gpu -> gpu.advice().stream())
                .anyMatch(one -> one.kind() != Advice.Kind.NOT_KNOWN);
        return (known ? Status.OK : Status.UNKNOWN).exitCode();
    }
}
