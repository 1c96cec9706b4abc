package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;

/**
 * Everything known of one node at one instant; immutable.
 *
 * @param endpoints metrics endpoints that the configuration names; empty where it names none, or nobody looked
 * @param rdma ports of its network adapters for RDMA, where somebody asked for them
 */
public record NodeSample(
        Instant takenAt,
        SampleSource source,
        DriverState driver,
        List<GpuSample> gpus,
        HostSample host,
        List<ServingEndpoint> endpoints,
        RdmaState rdma) {

    public NodeSample {
        requireNonNull(takenAt, "takenAt is null");
        requireNonNull(source, "source is null");
        requireNonNull(driver, "driver is null");
        requireNonNull(host, "host is null");
        gpus = List.copyOf(gpus);
        endpoints = List.copyOf(endpoints);
        requireNonNull(rdma, "rdma is null");
    }

    /** A sample for which no endpoint was asked, and no network adapter looked at. */
    public NodeSample(Instant takenAt, SampleSource source, DriverState driver, List<GpuSample> gpus, HostSample host) {
        this(takenAt, source, driver, gpus, host, List.of(), RdmaState.notRead());
    }

    /** A sample for which nobody looked at the host's processes. */
    public NodeSample(Instant takenAt, SampleSource source, DriverState driver, List<GpuSample> gpus) {
        this(takenAt, source, driver, gpus, HostSample.notRead());
    }

    /** The same sample with what runs on the host. */
    public NodeSample withHost(HostSample found) {
        return new NodeSample(takenAt, source, driver, gpus, found, endpoints, rdma);
    }

    /** The same sample with what metrics endpoints said. */
    public NodeSample withEndpoints(List<ServingEndpoint> found) {
        return new NodeSample(takenAt, source, driver, gpus, host, found, rdma);
    }

    /** The same sample with what the node has for RDMA. */
    public NodeSample withRdma(RdmaState found) {
        return new NodeSample(takenAt, source, driver, gpus, host, endpoints, found);
    }
}
