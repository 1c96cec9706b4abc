package dev.gpudiag.agent.host;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.telemetry.DeviceNode;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.util.List;
import java.util.Map;

/**
 * What the host says of itself and its driver, without NVML.
 *
 * @param readings values by {@link dev.gpudiag.telemetry.HostQuantities}
 * @param pciDevices NVIDIA's GPUs and NVSwitches on the bus
 * @param deviceNodes nodes under /dev
 * @param kernelGpus GPUs that the loaded module lists
 * @param pciLinks readings by {@link dev.gpudiag.telemetry.GpuQuantities} of each GPU's link, by its address
 * @param paravirtualized whether /dev/dxg is there: under WSL the driver is Windows' and no module is loaded
 */
public record HostState(
        Readings readings,
        Reading<List<PciDevice>> pciDevices,
        Reading<List<DeviceNode>> deviceNodes,
        Reading<List<KernelGpu>> kernelGpus,
        Map<String, Readings> pciLinks,
        boolean paravirtualized) {

    public HostState {
        requireNonNull(readings, "readings is null");
        requireNonNull(pciDevices, "pciDevices is null");
        requireNonNull(deviceNodes, "deviceNodes is null");
        requireNonNull(kernelGpus, "kernelGpus is null");
        pciLinks = Map.copyOf(pciLinks);
    }

    /** The state of the driver with NVML's own readings, which win over the host's. */
    public DriverState with(Reading<Boolean> nvml, Readings nvmlReadings) {
        Readings all = Readings.builder().putAll(readings).putAll(nvmlReadings).build();
        return new DriverState(nvml, all, pciDevices, deviceNodes);
    }
}
