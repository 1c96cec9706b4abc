package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.CheckSpec.Precondition;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.GpuCheck;
import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuSample;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;

/**
 * Whether a GPU that looks fully used only waits: a collective in which one rank never arrives.
 *
 * <p>A kernel that waits for its peers keeps utilization at 100 %, draws little and steady power, and moves no data.
 */
final class HangCheck implements GpuCheck {

    static final Setting<Duration> WINDOW = Setting.duration(
            "hang.window",
            Duration.ofMinutes(10),
            Duration.ofMinutes(2),
            Duration.ofMinutes(55),
            "how long a GPU must look like it waits");
    static final Setting<Double> POWER = Setting.number(
            "hang.power",
            0.6,
            0.1,
            0.95,
            "ratio",
            "power, part of what the GPU drew busy before and of what identical ones draw, that is far below");

    private static final CheckSpec SPEC = new CheckSpec(
            "hang",
            "a GPU that looks fully used and only waits, as in a hung collective",
            EnumSet.of(Precondition.USABLE_DRIVER, Precondition.GPU, Precondition.HISTORY),
            List.of(WINDOW, POWER),
            List.of(new Rule(
                    "hang.collective",
                    "utilization, power and link traffic over 10 min",
                    "utilization near 100 %, power steady and under 60 % of its own when busy before or of identical"
                            + " GPUs, and quiet links",
                    Status.WARNING,
                    "look which rank does not arrive: py-spy dump",
                    "gpudiag")));

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(GpuSample gpu, Evidence evidence) {
        Subject subject = Subject.gpu(gpu.identity());
        if (Migs.isSplit(gpu)) {
            return List.of(Finding.of(Status.SKIPPED, subject, "not available under MIG"));
        }
        return List.of(new Waiting(gpu, evidence).finding());
    }
}
