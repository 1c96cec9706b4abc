package dev.gpudiag.agent.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.agent.host.process.HostProcesses;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.Gap;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessSamplerTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    @TempDir
    Path root;

    private Instant now = Instant.parse("2026-11-24T12:00:00Z");
    private final InstantSource clock = () -> now;

    @BeforeEach
    void layOut() throws IOException {
        Files.createDirectories(root.resolve("sys"));
        process("7");
    }

    private void process(String pid) throws IOException {
        Path directory = Files.createDirectories(root.resolve("proc/" + pid));
        Files.writeString(directory.resolve("comm"), "python3\n");
        Files.createSymbolicLink(
                Files.createDirectories(directory.resolve("fd")).resolve("3"), Path.of("/dev/nvidia0"));
    }

    private ProcessSampler sampler() {
        return new ProcessSampler(
                new NodeSampler() {
                    @Override
                    public NodeSample sample(Duration wait, Duration deadline) {
                        return NodeSampleWithoutGpus.at(now);
                    }

                    @Override
                    public void close() {}
                },
                new HostProcesses(new HostRoot(root), clock),
                INTERVAL,
                NodeClock.of(clock));
    }

    private static final class NodeSampleWithoutGpus {
        static NodeSample at(Instant instant) {
            return new NodeSample(
                    instant,
                    SampleSource.live(),
                    new DriverState(
                            Reading.of(true, "nvmlInit_v2"),
                            Readings.empty(),
                            Reading.of(List.of(), "/sys"),
                            Reading.of(List.of(), "/dev")),
                    List.of());
        }
    }

    private static List<Long> pids(NodeSample sample) {
        return sample.host().holders().value().orElseThrow().stream()
                .map(holder -> holder.pid())
                .toList();
    }

    @Test
    void theFirstSampleHasTheProcesses() {
        try (ProcessSampler sampler = sampler()) {
            NodeSample sample = sampler.sample(LONG, LONG);

            assertThat(pids(sample)).containsExactly(7L);
            assertThat(sample.host().lookedAt()).contains(now);
        }
    }

    @Test
    void withinTheIntervalTheLastLookStands() throws IOException {
        try (ProcessSampler sampler = sampler()) {
            NodeSample first = sampler.sample(LONG, LONG);
            process("8");
            now = now.plusSeconds(9);

            assertThat(sampler.sample(LONG, LONG).host()).isEqualTo(first.host());
        }
    }

    @Test
    void afterTheIntervalANewLookIsAttachedWhenItHasEnded() throws IOException {
        try (ProcessSampler sampler = sampler()) {
            sampler.sample(LONG, LONG);
            process("8");
            now = now.plusSeconds(10);
            NodeSample sample = sampler.sample(LONG, LONG);
            long until = System.nanoTime() + LONG.toNanos();
            while (!pids(sample).contains(8L) && System.nanoTime() < until) {
                Thread.onSpinWait();
                sample = sampler.sample(LONG, LONG);
            }

            assertThat(pids(sample)).containsExactly(7L, 8L);
            assertThat(sample.host().lookedAt()).contains(now);
        }
    }

    @Test
    void aLookThatDoesNotEndInTimeIsSaidAndNotWaitedFor() {
        try (ProcessSampler sampler = sampler()) {
            NodeSample sample = sampler.sample(Duration.ZERO, Duration.ZERO);

            Optional<Reading.Reason> said = sample.host().holders().reason();
            assertThat(said.or(
                            () -> sample.host().gaps().stream().map(Gap::cause).findFirst()))
                    .contains(Reading.Reason.TIMED_OUT);
        }
    }
}
