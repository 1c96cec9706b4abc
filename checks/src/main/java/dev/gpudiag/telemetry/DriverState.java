package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Driver and host of a node at one instant.
 *
 * @param nvml true when nvmlInit succeeded; else why not, with its return code where it was called
 * @param readings values by {@link HostQuantities}
 * @param pciDevices NVIDIA functions on the bus, or why they cannot be listed
 * @param deviceNodes nodes that should be or are under /dev, or why they cannot be listed
 */
public record DriverState(
        Reading<Boolean> nvml,
        Readings readings,
        Reading<List<PciDevice>> pciDevices,
        Reading<List<DeviceNode>> deviceNodes) {

    public DriverState {
        requireNonNull(nvml, "nvml is null");
        requireNonNull(readings, "readings is null");
        requireNonNull(pciDevices, "pciDevices is null");
        requireNonNull(deviceNodes, "deviceNodes is null");
    }

    /** Whether NVML answers. */
    public boolean usable() {
        return nvml.isPresent();
    }

    public <T> Reading<T> get(Quantity<T> quantity) {
        return readings.get(quantity);
    }
}
