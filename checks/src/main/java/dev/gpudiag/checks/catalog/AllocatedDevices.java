package dev.gpudiag.checks.catalog;

import dev.gpudiag.telemetry.DeviceAllocation;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.MigDevice;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which GPU a device plugin's id means.
 *
 * <p>NVIDIA's plugin uses GPU and MIG UUIDs, or indices; {@code ::N} marks one share of a time-sliced or MPS GPU. Google's
 * uses {@code nvidia0}, by the minor number, and {@code nvidia0/gi1} or {@code nvidia0/vgpu1} for parts.
 */
final class AllocatedDevices {

    private static final Pattern SHARE = Pattern.compile("::\\d+$|/vgpu\\d+$");
    private static final Pattern MINOR = Pattern.compile("nvidia(\\d{1,3})(/.*)?");
    private static final Pattern INDEX = Pattern.compile("\\d{1,3}");
    private static final Pattern OLD_MIG = Pattern.compile("(?i)mig-(gpu-[0-9a-f-]+)/\\d+/\\d+");

    private final List<GpuSample> gpus;

    AllocatedDevices(List<GpuSample> gpus) {
        this.gpus = gpus;
    }

    /** Whether this resource is of NVIDIA's GPUs at all: network cards and other devices are in the same file. */
    static boolean isGpuResource(DeviceAllocation allocation) {
        String resource = allocation.resource();
        return resource.startsWith("nvidia.com/gpu") || resource.startsWith("nvidia.com/mig-");
    }

    static boolean isShare(String id) {
        return SHARE.matcher(id).find();
    }

    /** The id without the number of a share. */
    static String device(String id) {
        return SHARE.matcher(id).replaceFirst("");
    }

    /** The GPU that the device is, or lies on; empty for one that the driver does not know. */
    Optional<GpuSample> gpu(String id) {
        String device = device(id);
        Matcher minor = MINOR.matcher(device);
        if (minor.matches()) {
            Long number = Long.valueOf(minor.group(1));
            return find(gpu -> gpu.value(GpuQuantities.MINOR_NUMBER).equals(Optional.of(number)));
        }
        if (INDEX.matcher(device).matches()) {
            int index = Integer.parseInt(device);
            return find(gpu -> gpu.identity().index() == index);
        }
        Matcher old = OLD_MIG.matcher(device);
        String uuid = (old.matches() ? old.group(1) : device).toLowerCase(Locale.ROOT);
        return find(gpu -> is(gpu.identity().uuid(), uuid)
                || gpu.migDevices().value().orElse(List.of()).stream().anyMatch(mig -> is(uuid(mig), uuid)));
    }

    private Optional<GpuSample> find(Predicate<GpuSample> filter) {
        return gpus.stream().filter(filter).findFirst();
    }

    private static boolean is(Optional<String> uuid, String wanted) {
        return uuid.filter(text -> text.toLowerCase(Locale.ROOT).equals(wanted)).isPresent();
    }

    private static Optional<String> uuid(MigDevice mig) {
        return mig.readings().value(GpuQuantities.MIG_UUID);
    }

    /** Whether every GPU and MIG device has told its UUID, so that an id which matches none is of a device that is gone. */
    boolean allKnown() {
        return !gpus.isEmpty()
                && gpus.stream()
                        .allMatch(gpu -> gpu.condition().isAnswering()
                                && gpu.identity().uuid().isPresent()
                                && (!migOn(gpu)
                                        || (gpu.migDevices().isPresent()
                                                && gpu.migDevices().value().get().stream()
                                                        .allMatch(
                                                                mig -> uuid(mig).isPresent()))));
    }

    static boolean migOn(GpuSample gpu) {
        return gpu.value(GpuQuantities.MIG_MODE).orElse(false);
    }
}
