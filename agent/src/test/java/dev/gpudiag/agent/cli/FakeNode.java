package dev.gpudiag.agent.cli;

import dev.gpudiag.checks.Baseline;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.SampleHistory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A node that always gives the same sample, and remembers what it was asked. */
class FakeNode implements NodeSources, NodeSource {

    final List<SourceOptions> opened = new ArrayList<>();
    final List<Duration> timeouts = new ArrayList<>();
    int closed;

    private final NodeSample sample;

    FakeNode(NodeSample sample) {
        this.sample = sample;
    }

    @Override
    public NodeSource open(SourceOptions options) throws UnusableFileException {
        if (options instanceof SourceOptions.Replayed(Path file)
                && file.toString().endsWith("broken.xml")) {
            throw new UnusableFileException(file + " line 3: not a capture");
        }
        opened.add(options);
        return this;
    }

    @Override
    public SortedMap<String, Path> scenarios() {
        return new TreeMap<>(
                Map.of("gpu-lost", Path.of("/s/gpu-lost.scenario"), "gpu-hung", Path.of("/s/gpu-hung.scenario")));
    }

    @Override
    public NodeSample sample(Duration timeout) {
        timeouts.add(timeout);
        return sample;
    }

    @Override
    public SampleHistory history() {
        return SampleHistory.none();
    }

    @Override
    public Optional<Baseline> baseline() {
        return Optional.empty();
    }

    @Override
    public List<String> warnings() {
        return List.of("element <new> is not known");
    }

    @Override
    public void close() {
        closed++;
    }
}
