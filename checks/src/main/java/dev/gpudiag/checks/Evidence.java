package dev.gpudiag.checks;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.KnownProcess;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.SampleHistory;
import dev.gpudiag.telemetry.WorkloadHistory;
import java.time.Instant;
import java.util.Optional;

/**
 * All that a check may look at.
 *
 * @param sample the node now; {@code sample.takenAt()} is the only clock there is
 * @param history what came before; {@link SampleHistory#none()} for a command that runs once
 * @param baseline what the node had when it was well
 * @param workloads the processes of this sample and of those before, also of processes that have ended
 * @param kernelLog what the kernel said of GPUs, or why it cannot be read
 * @param growth how the memory of processes, MIG devices and workloads has grown
 */
public record Evidence(
        NodeSample sample,
        SampleHistory history,
        Settings settings,
        Optional<Baseline> baseline,
        WorkloadHistory workloads,
        Reading<KernelLog> kernelLog,
        MemoryGrowth growth) {

    private static final Reading<KernelLog> NO_LOG = Reading.notRead("the kernel log was not read");

    public Evidence {
        requireNonNull(sample, "sample is null");
        requireNonNull(history, "history is null");
        requireNonNull(settings, "settings is null");
        requireNonNull(baseline, "baseline is null");
        requireNonNull(workloads, "workloads is null");
        requireNonNull(kernelLog, "kernelLog is null");
        requireNonNull(growth, "growth is null");
    }

    /** Evidence that knows the processes of this sample alone, and no kernel log. */
    public Evidence(NodeSample sample, SampleHistory history, Settings settings, Optional<Baseline> baseline) {
        this(sample, history, settings, baseline, WorkloadHistory.of(sample), NO_LOG, MemoryGrowth.none());
    }

    /** The same with the processes of the samples before. */
    public Evidence withWorkloads(WorkloadHistory known) {
        return new Evidence(sample, history, settings, baseline, known, kernelLog, growth);
    }

    /** The same with what the kernel log says. */
    public Evidence withKernelLog(Reading<KernelLog> log) {
        return new Evidence(sample, history, settings, baseline, workloads, log, growth);
    }

    /** The same with how memory has grown. */
    public Evidence withGrowth(MemoryGrowth followed) {
        return new Evidence(sample, history, settings, baseline, workloads, kernelLog, followed);
    }

    public static Evidence of(NodeSample sample) {
        return new Evidence(sample, SampleHistory.none(), Settings.defaults(), Optional.empty());
    }

    public <T> T setting(Setting<T> setting) {
        return settings.get(setting);
    }

    /** The process that has this pid, or had it last; for a process that NVML names now. */
    public Optional<KnownProcess> process(long pid) {
        return workloads.process(pid);
    }

    /** The process that had this pid at an instant; for a line of the kernel log, whose process may have ended. */
    public Optional<KnownProcess> process(long pid, Instant at) {
        return workloads.process(pid, at);
    }
}
