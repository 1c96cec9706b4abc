package dev.gpudiag.agent.trace;

import dev.gpudiag.checks.memory.LoadTest;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Memory of a node's processes as it is watched live: what a trace would hold, and the reading of a load test. */
public final class WatchedMemory {

    private final OptionalLong pid;
    private final TraceAnalysis analysis = new TraceAnalysis(OptionalLong.empty());
    private final Map<Name, List<Sample>> used = new LinkedHashMap<>();
    private final Map<String, List<Sample>> busy = new HashMap<>();

    /** GPU and process, empty for the GPU as a whole. */
    public record Name(String gpu, OptionalLong pid) {}

    /** @param pid the one process to watch; empty for all of them, and the GPUs themselves */
    public WatchedMemory(OptionalLong pid) {
        this.pid = pid;
    }

    /** Takes a sample, and gives what a recording keeps of it. */
    public List<TracePoint> add(NodeSample sample) {
        List<TracePoint> points = new ArrayList<>();
        for (GpuSample gpu : sample.gpus()) {
            gpu.value(GpuQuantities.UTILIZATION_GPU)
                    .ifPresent(ratio -> busy.computeIfAbsent(gpu.identity().key(), key -> new ArrayList<>())
                            .add(new Sample(sample.takenAt(), ratio)));
            if (pid.isEmpty()) {
                gpu.value(GpuQuantities.MEMORY_USED)
                        .filter(bytes -> bytes >= 0)
                        .ifPresent(bytes -> points.add(point(sample, gpu, OptionalLong.empty(), 0, bytes)));
            }
            for (ComputeProcess process : gpu.processes().value().orElse(List.of())) {
                Optional<Long> bytes = process.usedMemoryBytes().value().filter(value -> value >= 0);
                if (bytes.isPresent() && (pid.isEmpty() || pid.getAsLong() == process.pid())) {
                    long start = sample.host()
                            .holder(process.pid())
                            .map(GpuHolder::startTicks)
                            .flatMap(reading -> reading.value())
                            .orElse(0L);
                    points.add(point(sample, gpu, OptionalLong.of(process.pid()), start, bytes.get()));
                }
            }
        }
        for (TracePoint point : points) {
            analysis.add(point);
            used.computeIfAbsent(new Name(point.gpu(), point.pid()), key -> new ArrayList<>())
                    .add(new Sample(sample.takenAt(), (double) point.usedBytes()));
        }
        return points;
    }

    private static TracePoint point(NodeSample sample, GpuSample gpu, OptionalLong process, long start, long bytes) {
        Optional<Long> total = gpu.value(GpuQuantities.MEMORY_TOTAL)
                .map(size -> size - gpu.value(GpuQuantities.MEMORY_RESERVED).orElse(0L));
        Optional<Double> ratio = gpu.value(GpuQuantities.UTILIZATION_GPU);
        return new TracePoint(
                sample.takenAt().toEpochMilli() / 1000.0,
                gpu.identity().key(),
                process,
                start,
                bytes,
                total.map(OptionalLong::of).orElse(OptionalLong.empty()),
                ratio.map(OptionalDouble::of).orElse(OptionalDouble.empty()));
    }

    public List<TraceSeries> series() {
        return analysis.series();
    }

    /** The reading of a load test for each process, and for each GPU as a whole. */
    public Map<Name, LoadTest> loadTests() {
        Map<Name, LoadTest> tests = new LinkedHashMap<>();
        used.forEach((name, samples) ->
                tests.put(name, LoadTest.of(samples, busy.getOrDefault(name.gpu(), List.of()))));
        return tests;
    }
}
