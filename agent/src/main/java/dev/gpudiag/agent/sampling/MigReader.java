package dev.gpudiag.agent.sampling;

import dev.gpudiag.nvml.GpuInstance;
import dev.gpudiag.nvml.MigDevices;
import dev.gpudiag.nvml.NvmlDevice;
import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Reads the MIG devices of one GPU; indices with holes keep their numbers. */
final class MigReader {

    private static final String FUNCTION = "nvmlDeviceGetMigDeviceHandleByIndex";

    /** NVML_GPU_INSTANCE_PROFILE_COUNT of the newest header. */
    private static final int PROFILES = 16;

    private final NvmlDevice device;
    private final Consumer<String> enter;

    MigReader(NvmlDevice device, Consumer<String> enter) {
        this.device = device;
        this.enter = enter;
    }

    Reading<List<MigDevice>> read(boolean migEnabled) {
        if (!migEnabled) {
            return Reading.of(List.of(), "nvmlDeviceGetMigMode");
        }
        enter.accept(FUNCTION);
        MigDevices found;
        try {
            found = device.migDevices();
        } catch (NvmlException e) {
            return NvmlReasons.missing(e);
        }
        Map<Long, String> placements = placements();
        List<MigDevice> devices = new ArrayList<>();
        for (NvmlDevice migDevice : found.devices()) {
            devices.add(new MigDevice(migDevice.index(), read(migDevice, placements)));
        }
        return Reading.of(List.copyOf(devices), FUNCTION);
    }

    private Readings read(NvmlDevice migDevice, Map<Long, String> placements) {
        Readings.Builder readings = Readings.builder();
        for (GpuRow row : GpuRows.MIG) {
            enter.accept(row.function());
            row.read(migDevice, readings);
        }
        readings.build()
                .value(GpuQuantities.GPU_INSTANCE)
                .map(placements::get)
                .ifPresent(placement -> readings.put(GpuQuantities.MIG_PLACEMENT, placement, "nvmlGpuInstanceGetInfo"));
        return readings.build();
    }

    /** start:size by GPU instance; needs rights that most callers lack, so that it may be empty. */
    private Map<Long, String> placements() {
        Map<Long, String> placements = new HashMap<>();
        for (int profile = 0; profile < PROFILES; profile++) {
            enter.accept("nvmlDeviceGetGpuInstances");
            for (GpuInstance instance : instances(profile)) {
                placements.put(
                        (long) instance.id(),
                        instance.placement().start() + ":"
                                + instance.placement().size());
            }
        }
        return placements;
    }

    private List<GpuInstance> instances(int profile) {
        try {
            return device.gpuInstances(device.gpuInstanceProfileInfo(profile).id());
        } catch (NvmlException e) {
            // a profile that this GPU does not have, or no right to ask
            return List.of();
        }
    }
}
