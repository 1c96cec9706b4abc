package dev.gpudiag.agent.source;

import dev.gpudiag.agent.kernellog.KernelLogReader;
import dev.gpudiag.agent.kernellog.ResetWatch;
import dev.gpudiag.agent.sampling.CallTrace;
import dev.gpudiag.agent.sampling.DriverRelease;
import dev.gpudiag.agent.sampling.NodeSampler;
import dev.gpudiag.agent.sampling.NvmlSampler;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A sampler beside the kernel log of its host. Not thread-safe. */
public final class LoggedSampler implements NodeSampler {

    private final NodeSampler sampler;
    private final KernelLogReader log;
    private final NvmlSampler driver;
    private final Supplier<Optional<String>> requests;
    private final ResetWatch resets = new ResetWatch();
    private Consumer<KernelLog> keeper = events -> {};

    /**
     * @param driver what is below the other samplers
     * @param requests names a program that needs the driver to be let go of
     */
    LoggedSampler(NodeSampler sampler, KernelLogReader log, NvmlSampler driver, Supplier<Optional<String>> requests) {
        this.requests = requests;
        this.sampler = sampler;
        this.log = log;
        this.driver = driver;
    }

    /** Has NVML tell its Xids as well; for a caller that goes on sampling. To be called before the first sample. */
    public void watchXids() {
        driver.watchXids(log::offer);
    }

    /** Has the driver let go of when something outside needs it; for a caller that goes on sampling. */
    public void heedRequests() {
        driver.heed(requests);
    }

    /** Has each call into the driver told before it is made. To be called before the first sample. */
    public void trace(CallTrace trace) {
        driver.trace(trace);
    }

    /** Has the samples of a day say that the agent before this one ended as it should not have. To be called before the first. */
    public void recall(Instant at, String text) {
        driver.recall(at, text);
    }

    /** By which the driver is let go of for a while. */
    public DriverRelease release() {
        return driver.release();
    }

    /** Gives the log to {@code keeper} at each look, so that it can remember what is new. */
    public void keep(Consumer<KernelLog> keeper) {
        this.keeper = keeper;
    }

    @Override
    public NodeSample sample(Duration wait, Duration deadline) {
        NodeSample sample = sampler.sample(wait, deadline);
        resets.see(sample).forEach(log::offer);
        return sample;
    }

    @Override
    public Optional<GpuHolder> process(long pid, Duration within) {
        return sampler.process(pid, within);
    }

    @Override
    public Reading<KernelLog> kernelLog() {
        Reading<KernelLog> reading = log.poll();
        reading.value().ifPresent(keeper);
        return reading;
    }

    @Override
    public void close() {
        log.close();
        sampler.close();
    }
}
