package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.FAN_COUNT;
import static dev.gpudiag.telemetry.GpuQuantities.FAN_SPEED;
import static dev.gpudiag.telemetry.GpuQuantities.TEMPERATURE_GPU;
import static dev.gpudiag.telemetry.GpuQuantities.TEMPERATURE_MARGIN;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What leads to heat: a margin that has stayed small for minutes, a fan that stands still on a hot GPU. */
final class TemperatureTrend {

    private static final double SMALL_MARGIN = 5;
    private static final Duration LASTING = Duration.ofMinutes(5);
    private static final double NEARLY_FULL = 0.95;
    private static final int LEAST_SAMPLES = 10;

    /** Boards whose fans stop at idle start them well below this. */
    private static final double HOT = 70;

    private final GpuSample gpu;
    private final Evidence evidence;
    private final Subject subject;

    TemperatureTrend(GpuSample gpu, Evidence evidence) {
        this.gpu = gpu;
        this.evidence = evidence;
        subject = Subject.gpu(gpu.identity());
    }

    List<Finding> findings() {
        return Stream.of(margin(), fan()).flatMap(Optional::stream).toList();
    }

    /** A margin of zero or less is not counted here: some boards report it while they are cold. */
    private Optional<Finding> margin() {
        Instant now = evidence.sample().takenAt();
        List<Sample> series = evidence.history().series(gpu.identity(), TEMPERATURE_MARGIN, now.minus(LASTING));
        boolean whole = series.size() >= LEAST_SAMPLES
                && Duration.between(series.getFirst().at(), now).toMillis() >= NEARLY_FULL * LASTING.toMillis();
        boolean small = series.stream().allMatch(sample -> sample.value() > 0 && sample.value() <= SMALL_MARGIN);
        if (!whole || !small) {
            return Optional.empty();
        }
        double most = series.stream().mapToDouble(Sample::value).max().orElseThrow();
        String seen = "at most " + Amounts.celsius(most) + " to the slowdown limit for " + Setting.format(LASTING);
        return Optional.of(Finding.builder(Status.WARNING, subject, seen)
                .rule("thm.margin")
                .limit("more than " + Amounts.celsius(SMALL_MARGIN))
                .why("There is no reserve: a warmer room or a heavier job slows the GPU down.")
                .action("look at fans and inlet temperature: ipmitool sdr type Fan; ipmitool sdr type Temperature")
                .action("compare with the node's other GPUs: one alone is its own cooler, all together are the room")
                .measured(TEMPERATURE_MARGIN.id(), most, "celsius")
                .proof("history of " + TEMPERATURE_MARGIN.id(), series.size() + " samples")
                .build());
    }

    private Optional<Finding> fan() {
        boolean still = gpu.value(FAN_SPEED).filter(speed -> speed == 0).isPresent();
        boolean hasFan = gpu.value(FAN_COUNT).filter(count -> count == 0).isEmpty();
        Optional<Double> celsius = gpu.value(TEMPERATURE_GPU).filter(value -> value >= HOT);
        if (!still || !hasFan || celsius.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                Finding.builder(Status.WARNING, subject, "its fan stands still at " + Amounts.celsius(celsius.get()))
                        .rule("thm.fan")
                        .limit("turning from " + Amounts.celsius(HOT) + " on")
                        .why("Its cooler does not work; the GPU will slow down, then shut down.")
                        .action("look whether something holds the fan at 0: nvidia-settings -q GPUTargetFanSpeed")
                        .action("drain the node, clean or replace the fan")
                        .measured(TEMPERATURE_GPU.id(), celsius.get(), "celsius")
                        .proof(FAN_SPEED, gpu.get(FAN_SPEED))
                        .proof(TEMPERATURE_GPU, gpu.get(TEMPERATURE_GPU))
                        .build());
    }
}
