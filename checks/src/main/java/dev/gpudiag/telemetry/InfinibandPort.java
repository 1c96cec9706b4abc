package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

/**
 * A port of an RDMA adapter, InfiniBand or Ethernet (RoCE), as /sys/class/infiniband shows it.
 *
 * @param device such as {@code mlx5_0}
 * @param number of the port on its device, from 1
 * @param state logical state: ACTIVE, INIT, DOWN
 * @param physicalState LinkUp, Polling, Disabled
 * @param rateGigabits 10^9 bits a second
 * @param linkLayer InfiniBand or Ethernet
 * @param linkDowned how often the link went down since the adapter's counters began; stops at {@link #FULL}
 */
public record InfinibandPort(
        String device,
        int number,
        Reading<String> state,
        Reading<String> physicalState,
        Reading<Double> rateGigabits,
        Reading<String> linkLayer,
        Reading<Long> linkDowned) {

    /** The counter has eight bits and does not go round (InfiniBand architecture, PortCounters). */
    public static final long FULL = 255;

    public InfinibandPort {
        requireNonNull(device, "device is null");
        requireNonNull(state, "state is null");
        requireNonNull(physicalState, "physicalState is null");
        requireNonNull(rateGigabits, "rateGigabits is null");
        requireNonNull(linkLayer, "linkLayer is null");
        requireNonNull(linkDowned, "linkDowned is null");
    }

    /** {@code mlx5_0 port 1}. */
    public String name() {
        return device + " port " + number;
    }
}
