package dev.gpudiag.agent.benchmark;

import dev.gpudiag.agent.source.SimulatedSource;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.NodeSample;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One sample of the whole node, through JNA and the thread of each GPU, as the agent takes it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class NodeSampleBenchmark {

    private static final Duration WAIT = Duration.ofSeconds(5);

    /** A day: only what changes within a second is read. Zero: all that gpudiag knows to ask is, and the host as well. */
    @Param({"PT24H", "PT0S"})
    public String slowInterval;

    private SimulatedSource source;

    /** Opens the node, and refuses to time one that does not answer. */
    @Setup
    public void open() {
        source =
                new SimulatedSource(SimulatedNode.scenario(), SimulatedNode.SIMULATOR, 1, Duration.parse(slowInterval));
        NodeSample first = source.sample(WAIT, WAIT);
        long answering = first.gpus().stream()
                .filter(gpu -> gpu.condition().state() == GpuCondition.State.ANSWERING)
                .count();
        if (answering != SimulatedNode.GPUS) {
            throw new IllegalStateException(answering + " of " + SimulatedNode.GPUS + " GPUs answer");
        }
    }

    @Benchmark
    public NodeSample sample() {
        return source.sample(WAIT, WAIT);
    }

    @TearDown
    public void close() {
        source.close();
    }
}
