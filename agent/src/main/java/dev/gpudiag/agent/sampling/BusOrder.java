package dev.gpudiag.agent.sampling;

import dev.gpudiag.agent.host.HostState;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.PciDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the PCI address of a GPU that never said its own: NVML counts GPUs in the order of their addresses.
 *
 * <p>Only where NVML counts as many GPUs as the bus has, and each address that is known stands where the order wants it.
 */
final class BusOrder {

    private BusOrder() {}

    static List<GpuSample> located(List<GpuSample> gpus, HostState host) {
        if (gpus.stream().allMatch(gpu -> gpu.identity().pciBusId().isPresent())) {
            return gpus;
        }
        List<String> addresses = host.pciDevices().value().stream()
                .flatMap(List::stream)
                .filter(PciDevice::isGpu)
                .filter(device -> !device.driver().equals(Optional.of("vfio-pci")))
                .flatMap(device -> Stream.of(device.address().toLowerCase(Locale.ROOT)))
                .sorted()
                .toList();
        boolean inOrder = addresses.size() == gpus.size()
                && gpus.stream()
                        .allMatch(gpu -> gpu.identity()
                                .pciBusId()
                                .map(addresses.get(gpu.identity().index())::equals)
                                .orElse(true));
        if (!inOrder) {
            return gpus;
        }
        List<GpuSample> located = new ArrayList<>();
        gpus.forEach(gpu -> located.add(at(addresses.get(gpu.identity().index()), gpu)));
        return located;
    }

    private static GpuSample at(String address, GpuSample gpu) {
        GpuIdentity identity = gpu.identity();
        return new GpuSample(
                new GpuIdentity(identity.index(), identity.uuid(), Optional.of(address), identity.name()),
                gpu.takenAt(),
                gpu.condition(),
                gpu.readings(),
                gpu.nvlinks(),
                gpu.processes(),
                gpu.migDevices());
    }
}
