package dev.gpudiag.agent.endpoints;

import dev.gpudiag.agent.sampling.NodeSampler;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.ServingEndpoint;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Adds to each sample what the configured endpoints say. They are asked beside the driver, and only the first sample waits
 * for them. Not thread-safe.
 */
public final class EndpointSampler implements NodeSampler {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(3);

    private final NodeSampler driver;
    private final List<EndpointReader> readers;

    /**
     * @param urls at least one
     * @param interval the least time between two requests to one endpoint
     */
    public EndpointSampler(NodeSampler driver, List<String> urls, Duration interval) {
        this.driver = driver;
        EndpointClient client = new EndpointClient(TIME_LIMIT);
        this.readers = urls.stream()
                .map(url -> new EndpointReader(url, client, interval, System::nanoTime))
                .toList();
    }

    @Override
    public NodeSample sample(Duration wait, Duration deadline) {
        readers.forEach(EndpointReader::start);
        NodeSample sample = driver.sample(wait, deadline);
        List<ServingEndpoint> endpoints =
                readers.stream().map(reader -> reader.latest(wait)).toList();
        return sample.withEndpoints(endpoints);
    }

    @Override
    public Reading<KernelLog> kernelLog() {
        return driver.kernelLog();
    }

    @Override
    public Optional<GpuHolder> process(long pid, Duration within) {
        return driver.process(pid, within);
    }

    @Override
    public void close() {
        driver.close();
    }
}
