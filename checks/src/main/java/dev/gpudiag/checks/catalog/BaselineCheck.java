package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.CheckSpec.Precondition;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.checks.baseline.Change;
import dev.gpudiag.checks.baseline.Comparison;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuSample;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether the node is as it was when it was well.
 *
 * <p>A GPU that is gone is {@code devices}' finding; here it is told as explained by that, so that nobody is paged twice.
 */
final class BaselineCheck implements Check {

    private static final String SAVE = "if that was on purpose: gpudiag baseline save";

    private static final CheckSpec SPEC = new CheckSpec(
            "baseline",
            "what changed since the node was well: GPUs, links, PCIe, firmware, driver",
            EnumSet.of(Precondition.USABLE_DRIVER),
            List.of(),
            List.of(
                    new Rule(
                            "base.lost",
                            "the saved baseline; NVML's list, NVLink states, the PCI bus",
                            "a GPU, an NVLink or an NVSwitch of the baseline is not there; fewer links under MIG are INFO",
                            Status.CRITICAL,
                            "gpudiag check devices nvlink; drain, power-cycle",
                            "gpudiag"),
                    new Rule(
                            "base.degraded",
                            "the saved baseline; PCIe width and greatest generation, memory, GSP firmware",
                            "less than at the baseline, and no change of mode or driver explains it",
                            Status.WARNING,
                            "gpudiag check pcie; reseat",
                            "gpudiag"),
                    new Rule(
                            "base.changed",
                            "the saved baseline; driver, kernel, VBIOS, InfoROM, ECC and MIG mode",
                            "not as it was: an upgrade, or a change of mode",
                            Status.INFO,
                            "gpudiag baseline save, if it was on purpose",
                            "gpudiag")));

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(Evidence evidence) {
        Optional<Baseline> baseline = evidence.baseline();
        if (baseline.isEmpty()) {
            return List.of(Finding.of(
                    Status.SKIPPED, Subject.node(), "no baseline: while the node is well, run gpudiag baseline save"));
        }
        Optional<GpuSample> starting = evidence.sample().gpus().stream()
                .filter(gpu -> gpu.condition().state() == GpuCondition.State.PENDING)
                .findFirst();
        if (starting.isPresent()) {
            String seen = "gpu " + starting.get().identity().index() + ": "
                    + starting.get().condition().detail();
            return List.of(Finding.of(Status.SKIPPED, Subject.node(), seen));
        }
        Comparison comparison = Comparison.of(baseline.get(), evidence.sample());
        if (comparison.changes().isEmpty()) {
            return List.of(same(baseline.get(), comparison));
        }
        return comparison.changes().stream()
                .map(change -> finding(change, baseline.get()))
                .toList();
    }

    private static Finding same(Baseline baseline, Comparison comparison) {
        if (comparison.status() == Status.SKIPPED) {
            String why = Stream.concat(
                            comparison.notCompared().stream(), Stream.of("it holds nothing that is in this sample"))
                    .findFirst()
                    .orElseThrow();
            return Finding.of(Status.SKIPPED, Subject.node(), "nothing to compare with the baseline: " + why);
        }
        return Finding.builder(Status.OK, Subject.node(), "as at the baseline of " + baseline.savedAt())
                .measured("facts_compared", comparison.compared(), "count")
                .proof("baseline", baseline.members().size() + " GPUs, saved " + baseline.savedAt())
                .build();
    }

    private static Finding finding(Change change, Baseline baseline) {
        Finding.Builder finding = Finding.builder(change.severity(), change.subject(), change.text())
                .limit("baseline of " + baseline.savedAt())
                .proof("baseline", change.fact() + " = " + change.before().orElse("none"))
                .proof("now", change.fact() + " = " + change.now().orElse("none"));
        if (change.isGoneGpu() || change.fact().equals(Change.ANSWER)) {
            finding.causedBy("devices");
        }
        switch (change.severity()) {
            case CRITICAL ->
                finding.rule("base.lost")
                        .why("The node had this when it was well.")
                        .action("look for a trace: dmesg -T | grep -E 'NVRM|Xid|nvlink'")
                        .action("drain the node and power-cycle it; then have GPU, board or switch looked at")
                        .action(SAVE);
            case WARNING ->
                finding.rule("base.degraded")
                        .why("The node had more when it was well; nobody's change of mode or driver explains it.")
                        .action("look at slot, riser and firmware settings after the last work on the machine")
                        .action(SAVE);
            case INFO -> finding.rule("base.changed").action(SAVE);
            default -> {}
        }
        return finding.build();
    }
}
