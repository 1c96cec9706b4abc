package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.CheckSpec.Precondition;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.GpuCheck;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.telemetry.GpuSample;
import java.util.EnumSet;
import java.util.List;

/**
 * Memory errors and repair, in this order: what the driver asks for; memory beyond repair; an error that a pending
 * repair contains; any other uncorrected error; what is worth knowing.
 *
 * <p>Uncontained errors (Xid 95) and contained ones (Xid 94) are told apart by the kernel log, which no quantity here
 * holds; a pending remap stands for containment.
 */
final class EccCheck implements GpuCheck {

    static final Setting<Double> CORRECTED = Setting.number(
            "ecc.corrected-per-hour", 1000, 0, 1e12, "errors", "corrected memory errors in an hour that are a warning");

    private static final CheckSpec SPEC = new CheckSpec(
            "ecc",
            "memory errors, row remapping, page retirement, and the recovery that the driver asks for",
            EnumSet.of(Precondition.USABLE_DRIVER, Precondition.GPU),
            List.of(CORRECTED),
            EccRules.ALL);

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(GpuSample gpu, Evidence evidence) {
        return new EccJudgement(gpu, evidence).findings();
    }
}
