package dev.gpudiag.checks.baseline;

import dev.gpudiag.checks.Baseline;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is kept of a node and its GPUs: what does not change by itself while they are well.
 *
 * <p>A fact has the name of its quantity. Not kept is what depends on load, such as the PCIe generation in use.
 */
public final class BaselineFacts {

    static final String NVSWITCHES = "nvswitches";

    /** Links that are up. */
    static final String LINKS_UP = "nvlinks_up";

    /** Beginning of the name of one link that is up; its value is the address at the far end, or {@code up}. */
    static final String LINK = "nvlink.";

    private static final List<Quantity<?>> OF_NODE =
            List.of(HostQuantities.HOSTNAME, HostQuantities.DRIVER_VERSION, HostQuantities.KERNEL_RELEASE);

    private static final List<Quantity<?>> OF_GPU = List.of(
            GpuQuantities.SERIAL,
            GpuQuantities.BOARD_PART_NUMBER,
            GpuQuantities.VBIOS_VERSION,
            GpuQuantities.INFOROM_IMAGE_VERSION,
            GpuQuantities.GSP_FIRMWARE_VERSION,
            GpuQuantities.MEMORY_TOTAL,
            GpuQuantities.PCIE_GENERATION_MAX,
            GpuQuantities.PCIE_WIDTH,
            GpuQuantities.ECC_MODE,
            GpuQuantities.MIG_MODE);

    private BaselineFacts() {}

    /** All that is kept of this node now; what cannot be read is left out. */
    public static Baseline of(NodeSample sample) {
        return new Baseline(
                sample.takenAt(),
                present(node(sample)),
                sample.gpus().stream()
                        .map(gpu -> new Baseline.Gpu(gpu.identity(), present(gpu(gpu))))
                        .toList());
    }

    private static Map<String, String> present(Map<String, Reading<String>> readings) {
        Map<String, String> facts = new LinkedHashMap<>();
        readings.forEach((name, reading) ->
                reading.value().filter(value -> !value.isBlank()).ifPresent(value -> facts.put(name, value)));
        return facts;
    }

    static Map<String, Reading<String>> node(NodeSample sample) {
        Map<String, Reading<String>> facts = new LinkedHashMap<>();
        OF_NODE.forEach(
                quantity -> facts.put(quantity.id(), text(sample.driver().get(quantity))));
        facts.put(
                NVSWITCHES,
                sample.driver()
                        .pciDevices()
                        .map(devices -> String.valueOf(
                                devices.stream().filter(PciDevice::isNvSwitch).count())));
        return facts;
    }

    static Map<String, Reading<String>> gpu(GpuSample gpu) {
        Map<String, Reading<String>> facts = new LinkedHashMap<>();
        OF_GPU.forEach(quantity -> facts.put(quantity.id(), text(gpu.get(quantity))));
        if (gpu.nvlinks().isEmpty()) {
            facts.put(LINKS_UP, text(gpu.get(GpuQuantities.NVLINK_COUNT)).map(count -> "0"));
            return facts;
        }
        int up = 0;
        for (int link = 0; link < gpu.nvlinks().size(); link++) {
            Readings readings = gpu.nvlinks().get(link);
            Reading<Boolean> active = readings.get(GpuQuantities.NVLINK_ACTIVE);
            if (active.failed()) {
                facts.put(LINKS_UP, text(active));
                return facts;
            }
            if (active.value().orElse(false)) {
                up++;
                facts.put(LINK + link, far(readings));
            }
        }
        facts.put(LINKS_UP, Reading.of(String.valueOf(up), "nvmlDeviceGetNvLinkState"));
        return facts;
    }

    private static Reading<String> far(Readings link) {
        Reading<String> remote = link.get(GpuQuantities.NVLINK_REMOTE_PCI);
        return Reading.of(remote.value().filter(address -> !address.isBlank()).orElse("up"), remote.source());
    }

    private static Reading<String> text(Reading<?> reading) {
        return reading.map(String::valueOf);
    }

    /** A fact that nobody read. */
    static Reading<String> notRead(String detail) {
        return Reading.missing(Reason.NOT_READ, "", detail);
    }
}
