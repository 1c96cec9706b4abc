package dev.gpudiag.agent.sampling;

import dev.gpudiag.nvml.NvLinkErrorCounter;
import dev.gpudiag.nvml.NvmlDevice;
import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.nvml.PciInfo;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads the NVLinks of one GPU: as many as the driver counts, or until it says that there is no such link. */
final class LinkReader {

    /** NVML_NVLINK_MAX_LINKS. */
    private static final int MAX_LINKS = 18;

    /** NVML's number of NVLink 5.0, the first with counters of its own. */
    private static final long NVLINK_5 = 7;

    private final NvmlDevice device;
    private final Consumer<String> enter;

    private interface LinkCall<T> {
        T read() throws NvmlException;
    }

    LinkReader(NvmlDevice device, Consumer<String> enter) {
        this.device = device;
        this.enter = enter;
    }

    List<Readings> read(Optional<Long> count) {
        List<Readings> links = new ArrayList<>();
        int end = (int) Math.min(count.orElse((long) MAX_LINKS), 4L * MAX_LINKS);
        long newest = 0;
        for (int link = 0; link < end; link++) {
            Readings.Builder readings = Readings.builder();
            int number = link;
            put(readings, GpuQuantities.NVLINK_ACTIVE, "nvmlDeviceGetNvLinkState", () -> device.nvLinkState(number));
            Reading<Boolean> active = readings.build().get(GpuQuantities.NVLINK_ACTIVE);
            if (!active.isPresent() && count.isEmpty()) {
                // past the last link, or a GPU without NVLink
                return links;
            }
            if (active.value().orElse(false)) {
                readActive(readings, number);
                newest = Math.max(
                        newest,
                        readings.build().value(GpuQuantities.NVLINK_VERSION).orElse(0L));
            }
            if (newest >= NVLINK_5) {
                // a link that is down as well: a recovery that failed is counted there
                enter.accept("nvmlDeviceGetFieldValues");
                LinkFields.read(device, link, readings);
            }
            links.add(readings.build());
        }
        return links;
    }

    private void readActive(Readings.Builder readings, int link) {
        put(readings, GpuQuantities.NVLINK_VERSION, "nvmlDeviceGetNvLinkVersion", () ->
                (long) device.nvLinkVersion(link));
        put(readings, GpuQuantities.NVLINK_REMOTE_PCI, "nvmlDeviceGetNvLinkRemotePciInfo_v2", () -> {
            PciInfo remote = device.nvLinkRemotePciInfo(link);
            return remote.busId();
        });
        put(
                readings,
                GpuQuantities.NVLINK_REMOTE_TYPE,
                "nvmlDeviceGetNvLinkRemoteDeviceType",
                () -> NvmlNames.nvLinkRemoteType(device.nvLinkRemoteDeviceType(link)));
        errors(readings, link, GpuQuantities.NVLINK_REPLAYS, NvLinkErrorCounter.DL_REPLAY);
        errors(readings, link, GpuQuantities.NVLINK_RECOVERIES, NvLinkErrorCounter.DL_RECOVERY);
        errors(readings, link, GpuQuantities.NVLINK_CRC_FLIT, NvLinkErrorCounter.DL_CRC_FLIT);
        errors(readings, link, GpuQuantities.NVLINK_CRC_DATA, NvLinkErrorCounter.DL_CRC_DATA);
        errors(readings, link, GpuQuantities.NVLINK_ECC_DATA, NvLinkErrorCounter.DL_ECC_DATA);
    }

    private void errors(Readings.Builder readings, int link, Quantity<Long> quantity, NvLinkErrorCounter counter) {
        put(readings, quantity, "nvmlDeviceGetNvLinkErrorCounter", () -> device.nvLinkErrorCounter(link, counter));
    }

    private <T> void put(Readings.Builder readings, Quantity<T> quantity, String function, LinkCall<T> call) {
        enter.accept(function);
        try {
            readings.put(quantity, call.read(), function);
        } catch (NvmlException e) {
            readings.put(quantity, NvmlReasons.missing(e));
        }
    }
}
