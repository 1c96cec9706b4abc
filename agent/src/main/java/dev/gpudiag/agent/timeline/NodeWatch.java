package dev.gpudiag.agent.timeline;

import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.DriverPhase;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Notices when the driver goes, comes back or is another one, and when GPUs come, go, or stop to answer. Not thread-safe. */
final class NodeWatch {

    private Optional<Boolean> usable = Optional.empty();
    private Optional<String> version = Optional.empty();
    private Map<String, GpuSample> gpus = Map.of();

    /** What has changed since the sample before. */
    List<TimelineEvent> see(NodeSample sample) {
        List<TimelineEvent> events = new ArrayList<>();
        driver(sample, events);
        boolean starting =
                sample.gpus().stream().anyMatch(gpu -> gpu.condition().state() == GpuCondition.State.PENDING);
        if (sample.driver().usable() && !starting) {
            gpus(sample, events);
        }
        return events;
    }

    private void driver(NodeSample sample, List<TimelineEvent> events) {
        DriverPhase phase = DriverPhase.of(sample);
        if (phase == DriverPhase.STARTING || phase == DriverPhase.RELEASED) {
            return; // nothing is known yet, or it was asked for and is told as a release
        }
        DriverState driver = sample.driver();
        Instant at = sample.takenAt();
        boolean isUsable = driver.usable();
        if (usable.isPresent() && usable.get() != isUsable) {
            String text = isUsable
                    ? "the driver answers again"
                    : "the driver does not answer (" + phase.label().replace('_', ' ') + "): "
                            + driver.nvml().describe();
            Status severity = isUsable ? Status.INFO : Status.CRITICAL;
            events.add(TimelineEvent.of(at, TimelineEvent.Kind.DRIVER, isUsable ? "back" : "gone", severity, text));
        }
        usable = Optional.of(isUsable);
        Optional<String> now = driver.get(HostQuantities.DRIVER_VERSION).value();
        if (version.isPresent() && now.isPresent() && !now.equals(version)) {
            events.add(TimelineEvent.of(
                    at,
                    TimelineEvent.Kind.DRIVER,
                    "changed",
                    Status.INFO,
                    "the driver was " + version.get() + " and is " + now.get()));
        }
        version = now.or(() -> version);
    }

    private void gpus(NodeSample sample, List<TimelineEvent> events) {
        Map<String, GpuSample> now = new HashMap<>();
        sample.gpus().forEach(gpu -> now.put(gpu.identity().key(), gpu));
        if (!gpus.isEmpty()) {
            for (GpuSample gpu : sample.gpus()) {
                changed(gpus.get(gpu.identity().key()), gpu, events);
            }
            gpus.forEach((key, gpu) -> {
                if (!now.containsKey(key)) {
                    events.add(event(
                            sample.takenAt(), "removed", Status.WARNING, gpu.identity(), "is not there any more"));
                }
            });
        }
        gpus = now;
    }

    private static void changed(GpuSample before, GpuSample now, List<TimelineEvent> events) {
        if (before == null) {
            events.add(event(now.takenAt(), "added", Status.INFO, now.identity(), "is new"));
            return;
        }
        GpuCondition.State state = now.condition().state();
        if (before.condition().state() == state) {
            return;
        }
        if (now.condition().isAnswering()) {
            events.add(event(now.takenAt(), "back", Status.INFO, now.identity(), "answers again"));
        } else {
            String word = state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            events.add(event(
                    now.takenAt(),
                    "gone",
                    Status.CRITICAL,
                    now.identity(),
                    "is " + word + ": " + now.condition().detail()));
        }
    }

    private static TimelineEvent event(Instant at, String action, Status severity, GpuIdentity gpu, String what) {
        return TimelineEvent.of(
                        at, TimelineEvent.Kind.GPU, action, severity, gpu.name().orElse("the GPU") + " " + what)
                .onGpu(Optional.of(gpu));
    }

    /** The GPU with this PCI address. */
    Optional<GpuIdentity> gpu(String pciBusId) {
        return gpus.values().stream()
                .map(GpuSample::identity)
                .filter(gpu -> gpu.pciBusId().filter(pciBusId::equals).isPresent())
                .findFirst();
    }
}
