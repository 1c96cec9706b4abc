package dev.gpudiag.agent.report;

import dev.gpudiag.checks.Report;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.SampleSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The first lines of a text: what was looked at. */
public final class Headline {

    private Headline() {}

    /** The banner of a sample that is not this machine's; empty for a live one. */
    public static Optional<String> banner(SampleSource source) {
        return switch (source.kind()) {
            case LIVE -> Optional.empty();
            case SIMULATED ->
                Optional.of("SIMULATED: scenario " + source.detail() + "; nothing here is about this machine");
            case REPLAYED -> Optional.of("REPLAYED: " + source.detail() + "; nothing here is about this machine");
        };
    }

    /** Version and node, GPUs, driver, time since boot. */
    public static List<String> parts(Report report, String version) {
        return parts(report.sample(), "gpudiag " + version);
    }

    /** What a text is, the node, its GPUs, its driver, and the time since boot. */
    public static List<String> parts(NodeSample sample, String title) {
        String host = sample.driver()
                .get(HostQuantities.HOSTNAME)
                .value()
                .map(name -> " on " + name)
                .orElse("");
        List<String> parts = new ArrayList<>(List.of(title + host, gpus(sample), driver(sample)));
        sample.driver()
                .get(HostQuantities.UPTIME)
                .value()
                .ifPresent(seconds -> parts.add("up " + age(Duration.ofSeconds(seconds.longValue()))));
        return parts;
    }

    private static String gpus(NodeSample sample) {
        if (sample.gpus().isEmpty()) {
            return devices(sample.driver());
        }
        Map<String, Long> models = sample.gpus().stream()
                .map(Headline::model)
                .collect(Collectors.groupingBy(name -> name, LinkedHashMap::new, Collectors.counting()));
        return models.entrySet().stream()
                .map(model -> model.getValue() + "x " + model.getKey())
                .collect(Collectors.joining(", "));
    }

    private static String model(GpuSample gpu) {
        String unnamed = gpu.condition().isAnswering()
                ? "GPU without a name"
                : "GPU "
                        + gpu.condition()
                                .state()
                                .name()
                                .toLowerCase(Locale.ROOT)
                                .replace('_', ' ');
        return gpu.identity().name().orElse(unnamed);
    }

    private static String devices(DriverState driver) {
        Optional<List<PciDevice>> devices = driver.pciDevices().value();
        if (devices.isEmpty()) {
            return "no GPU seen";
        }
        long gpus = devices.get().stream().filter(PciDevice::isGpu).count();
        return gpus == 0 ? "no NVIDIA GPU on the bus" : gpus + (gpus == 1 ? " GPU" : " GPUs") + " on the bus";
    }

    private static String driver(NodeSample sample) {
        Optional<String> version =
                sample.driver().get(HostQuantities.DRIVER_VERSION).value();
        boolean answered = sample.driver().usable() || !sample.gpus().isEmpty();
        if (!answered) {
            return sample.driver().get(HostQuantities.MODULE_VERSION).isPresent()
                            || !devices(sample.driver()).startsWith("no ")
                    ? "driver NOT USABLE"
                    : "no driver in use";
        }
        String cuda = sample.driver()
                .get(HostQuantities.CUDA_DRIVER_VERSION)
                .value()
                .map(newest -> " (CUDA " + newest + ")")
                .orElse("");
        return "driver " + version.orElse("version unknown") + cuda;
    }

    private static String age(Duration time) {
        if (time.toDays() > 0) {
            return time.toDays() + "d";
        }
        return time.toHours() > 0 ? time.toHours() + "h" : time.toMinutes() + "m";
    }
}
