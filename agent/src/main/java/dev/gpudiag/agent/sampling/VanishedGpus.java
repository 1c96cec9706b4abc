package dev.gpudiag.agent.sampling;

import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Reading;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Remembers the GPUs that this agent has seen, so that one that NVML lists no more is told as lost, and does not just vanish.
 *
 * <p>One that was handed to a virtual machine, or in whose place another one is, is forgotten. Not thread-safe.
 */
final class VanishedGpus {

    private static final int LIMIT = 64;

    private record Known(GpuIdentity identity, Instant seenAt) {}

    private final Map<String, Known> known = new LinkedHashMap<>();

    /** The GPUs of a sample, and those that should be among them. */
    List<GpuSample> complete(List<GpuSample> gpus, Reading<List<PciDevice>> bus) {
        boolean named = gpus.stream().allMatch(gpu -> gpu.identity().uuid().isPresent());
        gpus.forEach(gpu -> gpu.identity().uuid().ifPresent(uuid -> remember(uuid, gpu)));
        if (!named || known.size() <= gpus.size()) {
            return gpus;
        }
        Set<String> taken = addresses(gpus, bus);
        known.values()
                .removeIf(gpu -> !isListed(gpu, gpus)
                        && gpu.identity().pciBusId().filter(taken::contains).isPresent());
        List<GpuSample> all = new ArrayList<>(gpus);
        known.values().stream().filter(gpu -> !isListed(gpu, gpus)).forEach(gpu -> all.add(vanished(gpu)));
        return all;
    }

    private void remember(String uuid, GpuSample gpu) {
        if (known.containsKey(uuid) || known.size() < LIMIT) {
            known.put(uuid, new Known(gpu.identity(), gpu.takenAt()));
        }
    }

    private static boolean isListed(Known gpu, List<GpuSample> gpus) {
        return gpus.stream()
                .anyMatch(
                        listed -> listed.identity().uuid().equals(gpu.identity().uuid()));
    }

    /** Where another GPU is now, or one that this node is not to drive. */
    private static Set<String> addresses(List<GpuSample> gpus, Reading<List<PciDevice>> bus) {
        Stream<String> others = gpus.stream().flatMap(gpu -> gpu.identity().pciBusId().stream());
        Stream<String> handedOver = bus.value().stream()
                .flatMap(List::stream)
                .filter(device -> device.driver()
                        .filter(name -> name.equals("vfio-pci") || name.equals("pci-stub"))
                        .isPresent())
                .map(PciDevice::address);
        return Stream.concat(others, handedOver).collect(Collectors.toSet());
    }

    private static GpuSample vanished(Known gpu) {
        return GpuSample.withoutReadings(
                gpu.identity(),
                gpu.seenAt(),
                new GpuCondition(GpuCondition.State.LOST, "NVML lists it no more: nvmlDeviceGetCount_v2"));
    }
}
