package dev.gpudiag.checks.cuda;

import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * {@code NVIDIA_VISIBLE_DEVICES} against the node's GPUs and the nodes that a container has in its {@code /dev}.
 *
 * <p>{@code void} and {@code none} ask the container runtime for nothing; a device plugin that works by CDI or by volume
 * mounts sets them, or a path, and brings the devices in another way: only a container without a node is without a GPU.
 */
public final class VisibleDevices {

    private static final Set<String> NOTHING = Set.of("", "void", "none");
    private static final Pattern GPU_NODE = Pattern.compile("(/dev/)?nvidia\\d{1,3}");
    private static final Pattern INDEX = Pattern.compile("\\d{1,3}(:\\d{1,2})?");
    private static final Pattern GPU = Pattern.compile("GPU-[0-9a-fA-F-]{4,40}");
    private static final Pattern MIG = Pattern.compile("MIG-[0-9a-fA-F-]{4,40}");

    private VisibleDevices() {}

    /** Why the container has no GPU, though its program wants one; empty where it has a node. */
    public static Optional<String> nothingGiven(String visible, List<String> nodes) {
        if (nodes.stream().anyMatch(node -> GPU_NODE.matcher(node).matches())) {
            return Optional.empty();
        }
        return Optional.of(
                isNothing(visible)
                        ? "NVIDIA_VISIBLE_DEVICES is " + (visible.isEmpty() ? "empty" : visible)
                                + ", and the container has no /dev/nvidiaN"
                        : "NVIDIA_VISIBLE_DEVICES is " + visible + ", but the container has no /dev/nvidiaN");
    }

    /** Whether nothing is asked of the container runtime. */
    public static boolean isNothing(String visible) {
        return NOTHING.contains(visible.toLowerCase(Locale.ROOT));
    }

    /** The devices that are named and that this node does not have; none where its GPUs are not all known. */
    public static List<String> unknown(String visible, NodeSample sample) {
        List<GpuSample> gpus = sample.gpus();
        boolean known = !gpus.isEmpty()
                && sample.driver().usable()
                && gpus.stream().allMatch(gpu -> gpu.identity().uuid().isPresent());
        if (!known || visible.startsWith("/")) {
            return List.of();
        }
        Set<String> uuids = uuids(gpus);
        List<String> unknown = new ArrayList<>();
        for (String name : visible.split(",", -1)) {
            String device = name.strip();
            boolean absent = GPU.matcher(device).matches()
                    ? !uuids.contains(device.toLowerCase(Locale.ROOT))
                    : MIG.matcher(device).matches()
                            ? migKnown(gpus) && !uuids.contains(device.toLowerCase(Locale.ROOT))
                            : INDEX.matcher(device).matches()
                                    && Integer.parseInt(device.replaceFirst(":.*", "")) >= gpus.size();
            if (absent) {
                unknown.add(device);
            }
        }
        return unknown;
    }

    private static Set<String> uuids(List<GpuSample> gpus) {
        Set<String> uuids = new HashSet<>();
        for (GpuSample gpu : gpus) {
            gpu.identity().uuid().ifPresent(uuid -> uuids.add(uuid.toLowerCase(Locale.ROOT)));
            gpu.migDevices().value().stream()
                    .flatMap(List::stream)
                    .flatMap(mig -> mig.readings().value(GpuQuantities.MIG_UUID).stream())
                    .forEach(uuid -> uuids.add(uuid.toLowerCase(Locale.ROOT)));
        }
        return uuids;
    }

    private static boolean migKnown(List<GpuSample> gpus) {
        return gpus.stream().allMatch(gpu -> gpu.migDevices().isPresent())
                && gpus.stream()
                        .flatMap(gpu -> gpu.migDevices().value().orElseThrow().stream())
                        .allMatch(mig ->
                                mig.readings().value(GpuQuantities.MIG_UUID).isPresent());
    }
}
