package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What a node has for RDMA between GPUs and the network.
 *
 * @param ports InfiniBand and RoCE ports, or why they are not known; empty where the host has none
 * @param peermemLoaded whether nvidia_peermem, or nv_peer_mem before it, is loaded
 * @param peermemRegistered whether ib_core names that module among its users
 */
public record RdmaState(
        Reading<List<InfinibandPort>> ports, Reading<Boolean> peermemLoaded, Reading<Boolean> peermemRegistered) {

    public RdmaState {
        requireNonNull(ports, "ports is null");
        requireNonNull(peermemLoaded, "peermemLoaded is null");
        requireNonNull(peermemRegistered, "peermemRegistered is null");
    }

    /** Nobody looked. */
    public static RdmaState notRead() {
        return missing(Reading.Reason.NOT_READ, "InfiniBand ports were not read");
    }

    /** Nothing of it is known, for one reason. */
    public static RdmaState missing(Reading.Reason reason, String detail) {
        return new RdmaState(
                Reading.missing(reason, "/sys/class/infiniband", detail),
                Reading.missing(reason, "/proc/modules", detail),
                Reading.missing(reason, "/proc/modules", detail));
    }
}
