package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.checks.memory.MigPlacement;
import dev.gpudiag.checks.memory.MigPlacement.Instance;
import dev.gpudiag.checks.memory.MigPlacement.Room;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.MigDevice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether the MIG instances of a GPU stand in the way of another that its free slices could hold; a matter for a warning
 * only where the operator wants that profile.
 */
final class MigRoom {

    static final Rule RULE = new Rule(
            "mem.mig_frag",
            "nvmlDeviceGetGpuInstances, nvmlGpuInstanceGetInfo",
            "a profile has no place although free slices in one piece would hold it; OK unless it is in fragmentation.mig-profiles",
            Status.WARNING,
            "make the instances anew, largest first, when they are idle",
            "gpudiag; placements as nvidia-smi mig -lgipp lists them");

    private static final Pattern PLACEMENT = Pattern.compile("(\\d{1,2}):(\\d{1,2})");

    private MigRoom() {}

    static Finding judge(GpuSample gpu, Optional<String> wanted) {
        Subject subject = Subject.gpu(gpu.identity());
        Optional<MigPlacement> placement = gpu.identity().name().flatMap(MigPlacement::of);
        if (placement.isEmpty()) {
            return skipped(subject, "MIG placements of this GPU are not in the table");
        }
        if (!gpu.migDevices().isPresent()) {
            return Finding.builder(
                            gpu.migDevices().failed() ? Status.UNKNOWN : Status.SKIPPED,
                            subject,
                            "MIG devices not known: " + gpu.migDevices().describe())
                    .proof(gpu.migDevices().source(), gpu.migDevices().describe())
                    .build();
        }
        List<MigDevice> devices = gpu.migDevices().value().orElseThrow();
        Optional<List<Instance>> instances = instances(devices);
        return instances.isEmpty()
                ? skipped(subject, "where the MIG instances lie is told only with more rights")
                : judge(subject, placement.get(), instances.get(), wanted);
    }

    private static Finding skipped(Subject subject, String why) {
        return Finding.builder(Status.SKIPPED, subject, why).rule(RULE.id()).build();
    }

    /** Each GPU instance once, whatever compute instances are in it; empty where one does not tell its place. */
    private static Optional<List<Instance>> instances(List<MigDevice> devices) {
        Map<Long, Instance> byId = new HashMap<>();
        for (MigDevice device : devices) {
            Optional<Long> id = device.readings().value(GpuQuantities.GPU_INSTANCE);
            Optional<Integer> compute =
                    device.readings().value(GpuQuantities.MIG_PROFILE).flatMap(MigPlacement::compute);
            Matcher place = PLACEMENT.matcher(
                    device.readings().value(GpuQuantities.MIG_PLACEMENT).orElse(""));
            if (id.isEmpty() || compute.isEmpty() || !place.matches()) {
                return Optional.empty();
            }
            byId.put(
                    id.get(),
                    new Instance(Integer.parseInt(place.group(1)), Integer.parseInt(place.group(2)), compute.get()));
        }
        return Optional.of(List.copyOf(byId.values()));
    }

    private static Finding judge(
            Subject subject, MigPlacement placement, List<Instance> instances, Optional<String> wanted) {
        List<String> profiles = wanted.map(FragmentationCheck::separate).orElse(List.of()).stream()
                .map(profile -> profile.replaceFirst("\\..*|\\+.*", ""))
                .toList();
        List<String> blocked = new ArrayList<>();
        List<String> figures = new ArrayList<>();
        boolean asked = false;
        double worst = 0;
        for (MigPlacement.Profile profile : placement.profiles()) {
            Room room = placement.room(profile, instances);
            worst = Math.max(worst, room.fragmentation());
            figures.add(profile.name() + " " + room.feasible() + "/" + room.ideal());
            if (room.ideal() >= 1 && room.feasible() == 0) {
                blocked.add(profile.name());
                asked |= profiles.contains(profile.name());
            }
        }
        int free = placement.freeMemorySlices(instances);
        String slices = Amounts.plural(instances.size(), "MIG instance") + ", " + free + " of "
                + placement.memorySlices() + " memory slices free";
        Status status = asked ? Status.WARNING : Status.OK;
        Finding.Builder finding = Finding.builder(
                        status,
                        subject,
                        blocked.isEmpty() ? slices : slices + ", and no place for " + String.join(", ", blocked))
                .measured("mig_memory_slices_free", free, "slices")
                .measured("mig_placement_fragmentation_ratio", worst, "ratio")
                .proof("placements that fit / would fit in one piece", String.join(", ", figures))
                .proof("not seen", "GPU instances without a compute instance")
                .rule(RULE.id());
        return !asked
                ? finding.build()
                : finding.limit("a place for every profile that the free slices could hold")
                        .why("An instance needs slices at fixed places; free ones elsewhere are of no use to it.")
                        .action("when the instances are idle, make them anew: the largest first")
                        .build();
    }
}
