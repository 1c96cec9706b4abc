package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.SampleHistory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A node that can be sampled: live, simulated, or a recording. Not thread-safe. */
public interface NodeSource extends AutoCloseable {

    /**
     * One sample. Does not throw for what is wrong with driver or GPUs, which is in the sample, and returns within the
     * timeout although a native call may never return: what did not answer is marked so.
     */
    NodeSample sample(Duration timeout);

    /**
     * One sample of a node that is sampled again and again.
     *
     * @param wait how long to wait for GPUs that are slow to answer
     * @param deadline after how long without an answer a GPU counts as unresponsive; before that its last sample stands
     */
    default NodeSample sample(Duration wait, Duration deadline) {
        return sample(deadline);
    }

    /** One process of this node, whether it holds a GPU or not, to be asked after a sample; empty where it cannot be seen. */
    default Optional<GpuHolder> process(long pid, Duration within) {
        return Optional.empty();
    }

    /** What came before the sample; {@link SampleHistory#none()} where nothing is known. */
    SampleHistory history();

    /** Lets the clock of a simulation run; a node that is live does not wait to be told. */
    default void goOn() {}

    /** How memory has grown before the sample. */
    default MemoryGrowth growth() {
        return MemoryGrowth.none();
    }

    /** What the kernel log says until now, or why it is not read; asked after the sample. */
    default Reading<KernelLog> kernelLog() {
        return Reading.notRead("there is no kernel log beside this sample");
    }

    /** Where the files of a simulated host lie; empty for this machine and for a recording. */
    default Optional<HostRoot> hostRoot() {
        return Optional.empty();
    }

    /** What the node had when it was well. */
    Optional<Baseline> baseline();

    /** All that is known of this node, for checks to judge; asked after the sample. */
    default Evidence evidence(NodeSample sample, Settings settings) {
        return new Evidence(sample, history(), settings, baseline())
                .withKernelLog(kernelLog())
                .withGrowth(growth());
    }

    /** What the reader must know of this source, such as elements of a capture that were not understood. */
    List<String> warnings();

    /** Lets go of the driver; never waits for a call that hangs. */
    @Override
    void close();
}
