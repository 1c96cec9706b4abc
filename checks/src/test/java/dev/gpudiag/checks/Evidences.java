package dev.gpudiag.checks;

import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.kernellog.KernelLogs;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.NodeSamples;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.SampleHistory;
import dev.gpudiag.telemetry.ServingEndpoint;
import dev.gpudiag.telemetry.WorkloadHistory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** Runs the catalog over a sample in a test, with history, settings and baseline where it needs them. */
public final class Evidences {

    private NodeSample sample;
    private SampleHistory history = SampleHistory.none();
    private MemoryGrowth growth = MemoryGrowth.none();
    private Settings settings = Settings.defaults();
    private Optional<Baseline> baseline = Optional.empty();
    private Optional<WorkloadHistory> workloads = Optional.empty();
    private Reading<KernelLog> kernelLog = Reading.notRead("not in this test");

    private Evidences(NodeSample sample) {
        this.sample = sample;
    }

    public static Evidences of(NodeSample sample) {
        return new Evidences(sample);
    }

    public static Evidences of(GpuSamples gpu) {
        return of(NodeSamples.working().gpu(gpu.build()).build());
    }

    /** A node of several GPUs. */
    public static Evidences ofAll(List<GpuSamples> gpus) {
        return of(node(gpus, GpuSamples.NOW));
    }

    private static NodeSample node(List<GpuSamples> gpus, Instant at) {
        NodeSamples node = NodeSamples.working().at(at);
        gpus.forEach(gpu -> node.gpu(gpu.at(at).build()));
        return node.build();
    }

    /** A history of several GPUs: {@code seconds} back from now, one point each {@code step}. */
    public static Evidences seriesOfAll(int seconds, int step, IntFunction<List<GpuSamples>> gpusAt) {
        SampleHistory history = new SampleHistory(Duration.ofHours(24), Duration.ofSeconds(step));
        MemoryGrowth growth = new MemoryGrowth(MemoryGrowth.LIMIT);
        NodeSample last = null;
        for (int second = 0; second <= seconds; second += step) {
            last = node(gpusAt.apply(second), GpuSamples.NOW.minusSeconds(seconds - second));
            history.add(last);
            growth.add(last);
        }
        Evidences evidences = of(last);
        evidences.history = history;
        evidences.growth = growth;
        return evidences;
    }

    /** A history of GPU 0: {@code seconds} back from now, one point each {@code step}, by the second from its start. */
    public static Evidences series(int seconds, int step, IntFunction<GpuSamples> gpuAt) {
        return series(seconds, step, gpuAt, second -> NodeSamples.working());
    }

    /** The same on a node that changes with time too. */
    public static Evidences series(
            int seconds, int step, IntFunction<GpuSamples> gpuAt, IntFunction<NodeSamples> nodeAt) {
        SampleHistory history = new SampleHistory(Duration.ofHours(24), Duration.ofSeconds(step));
        MemoryGrowth growth = new MemoryGrowth(MemoryGrowth.LIMIT);
        NodeSample last = null;
        for (int second = 0; second <= seconds; second += step) {
            var at = GpuSamples.NOW.minusSeconds(seconds - second);
            GpuSample gpu = gpuAt.apply(second).at(at).build();
            last = nodeAt.apply(second).at(at).gpu(gpu).build();
            history.add(last);
            growth.add(last);
        }
        Evidences evidences = of(last);
        evidences.history = history;
        evidences.growth = growth;
        return evidences;
    }

    public Evidences set(String key, String value) {
        Setting<?> setting = CheckCatalog.settings().stream()
                .filter(each -> each.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no setting " + key));
        settings = settings.with(setting, value);
        return this;
    }

    public Evidences baseline(GpuIdentity... gpus) {
        baseline = Optional.of(new Baseline(GpuSamples.NOW.minusSeconds(86_400), List.of(gpus), Optional.empty()));
        return this;
    }

    public Evidences baselineDriver(String version) {
        baseline = Optional.of(new Baseline(GpuSamples.NOW.minusSeconds(86_400), List.of(), Optional.of(version)));
        return this;
    }

    /** What configured metrics endpoints say. */
    public Evidences endpoints(ServingEndpoint... endpoints) {
        sample = sample.withEndpoints(List.of(endpoints));
        return this;
    }

    /** The kernel log of this node, in place of none. */
    public Evidences kernelLog(KernelLogs log) {
        kernelLog = log.reading();
        return this;
    }

    /** A kernel log that could not be read. */
    public Evidences kernelLog(Reading<KernelLog> reading) {
        kernelLog = reading;
        return this;
    }

    /** The processes of the samples before. */
    public Evidences workloads(WorkloadHistory history) {
        workloads = Optional.of(history);
        return this;
    }

    public Report report() {
        Evidence evidence = new Evidence(sample, history, settings, baseline)
                .withKernelLog(kernelLog)
                .withGrowth(growth);
        return new CheckRunner(CheckCatalog.all())
                .run(workloads.map(evidence::withWorkloads).orElse(evidence));
    }

    public CheckResult result(String check) {
        return report().result(check).orElseThrow();
    }

    /** Status and text of each finding, worst first: {@code WARNING gpu 0: a row remap is pending}. */
    public List<String> said(String check) {
        return result(check).findings().stream()
                .map(finding -> finding.status() + " " + finding.subject().describe() + ": " + finding.seen())
                .toList();
    }
}
