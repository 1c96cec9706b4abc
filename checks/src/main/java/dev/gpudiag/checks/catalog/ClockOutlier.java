package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.ClockEventReason.APPLICATIONS_CLOCKS_SETTING;
import static dev.gpudiag.telemetry.ClockEventReason.SW_POWER_CAP;
import static dev.gpudiag.telemetry.GpuQuantities.CLOCK_SM;
import static dev.gpudiag.telemetry.GpuQuantities.POWER_USAGE;
import static dev.gpudiag.telemetry.GpuQuantities.TEMPERATURE_GPU;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One GPU against identical ones of its node that were under the same load: slower, hotter, or with less to do.
 *
 * <p>A power cap or set clocks make clocks differ on purpose, and are left out of the comparison of clocks.
 */
final class ClockOutlier {

    private static final double LOADED = 0.5;
    private static final double SAME_LOAD = 0.2;
    private static final double MUCH_LESS_POWER = 0.7;
    private static final double NO_MORE_POWER = 1.1;

    private final GpuSample gpu;
    private final Evidence evidence;
    private final Subject subject;
    private final LoadedWindow own;
    private final Twins twins;

    ClockOutlier(GpuSample gpu, Evidence evidence) {
        this.gpu = gpu;
        this.evidence = evidence;
        subject = Subject.gpu(gpu.identity());
        own = window(gpu);
        twins = isLoaded(own) ? Twins.of(gpu, evidence.sample()).that(this::isUnderSameLoad) : new Twins(List.of());
    }

    private LoadedWindow window(GpuSample of) {
        return new LoadedWindow(of, evidence, evidence.setting(ClocksCheck.WINDOW));
    }

    private static boolean isLoaded(LoadedWindow window) {
        return window.meanUtilization().orElse(0) >= LOADED;
    }

    private boolean isUnderSameLoad(GpuSample twin) {
        LoadedWindow other = window(twin);
        return isLoaded(other)
                && Math.abs(other.meanUtilization().orElse(0)
                                - own.meanUtilization().orElse(1))
                        <= SAME_LOAD;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        OptionalDouble power = ratio(POWER_USAGE);
        OptionalDouble clock = ratio(CLOCK_SM);
        boolean meant = own.heldBy(SW_POWER_CAP, APPLICATIONS_CLOCKS_SETTING);
        if (clock.isPresent() && !meant && clock.getAsDouble() < evidence.setting(ClocksCheck.OUTLIER)) {
            findings.add(slower(clock.getAsDouble()));
            return findings;
        }
        hotter(power.orElse(1)).ifPresent(findings::add);
        if (power.isPresent() && power.getAsDouble() < MUCH_LESS_POWER) {
            findings.add(builder(
                            Status.INFO,
                            Amounts.percent(power.getAsDouble()) + " of the power of " + identical() + ", as busy")
                    .limit("at least " + Amounts.percent(MUCH_LESS_POWER))
                    .why("It may have another job, or wait inside its kernels.")
                    .measured("power_ratio", power.getAsDouble(), "ratio")
                    .build());
        }
        return findings;
    }

    /** Whether there was something to compare with, to be said where nothing is wrong. */
    String judgement() {
        if (Twins.of(gpu, evidence.sample()).count() < Twins.FEWEST) {
            return "";
        }
        if (!own.isWhole()) {
            return "; comparing identical GPUs needs history";
        }
        return twins.areEnough() ? ", like " + identical() : "";
    }

    private OptionalDouble ratio(Quantity<? extends Number> quantity) {
        OptionalDouble mine = own.mean(quantity);
        OptionalDouble median = twins.median(twin -> window(twin).mean(quantity));
        return mine.isPresent() && median.isPresent() && median.getAsDouble() > 0
                ? OptionalDouble.of(mine.getAsDouble() / median.getAsDouble())
                : OptionalDouble.empty();
    }

    private Finding slower(double ratio) {
        Finding.Builder finding = builder(
                        Status.WARNING, "SM clock at " + Amounts.percent(ratio) + " of " + identical() + ", as busy")
                .limit("at least " + Amounts.percent(evidence.setting(ClocksCheck.OUTLIER)))
                .why("A job over all GPUs goes at the pace of this one.")
                .action(
                        "compare: nvidia-smi --query-gpu=index,clocks.sm,clocks_event_reasons.active,power.draw --format=csv")
                .action("swap the job between GPUs: if this one stays slow, look at its cooling and power cables")
                .action("then drain the node, reset the GPU, and show the vendor nvidia-bug-report.sh if it stays slow")
                .measured("sm_clock_ratio", ratio, "ratio");
        return ClockLoad.explained(finding, own).build();
    }

    private Optional<Finding> hotter(double powerRatio) {
        OptionalDouble mine = own.mean(TEMPERATURE_GPU);
        OptionalDouble median = twins.median(twin -> window(twin).mean(TEMPERATURE_GPU));
        double limit = evidence.setting(ClocksCheck.HOTTER);
        boolean isHotter = mine.isPresent() && median.isPresent() && mine.getAsDouble() - median.getAsDouble() >= limit;
        if (!isHotter || powerRatio > NO_MORE_POWER) {
            return Optional.empty();
        }
        double above = mine.getAsDouble() - median.getAsDouble();
        return Optional.of(builder(Status.WARNING, Amounts.celsius(above) + " hotter than " + identical() + ", as busy")
                .limit("under " + Amounts.celsius(limit))
                .why("Its cooler is worse than theirs: dust, a fan, a bad contact, a missing air baffle.")
                .action("look at its cooler and the way of the air")
                .measured("above_median_celsius", above, "celsius")
                .build());
    }

    private Finding.Builder builder(Status status, String seen) {
        return Finding.builder(status, subject, seen)
                .rule("clk.outlier")
                .proof("means over the window", twins.count() + " identical GPUs under the same load");
    }

    private String identical() {
        return Amounts.plural(twins.count(), "identical GPU");
    }
}
