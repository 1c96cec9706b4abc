package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.CHANNEL_REPAIR_PENDING;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_MODE;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_MODE_DEFAULT;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_MODE_PENDING;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_SRAM_L2;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_SRAM_MCU;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_SRAM_OTHER;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_SRAM_PCIE;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_SRAM_SM;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_VOLATILE_UNCORRECTED;
import static dev.gpudiag.telemetry.GpuQuantities.MIG_MODE;
import static dev.gpudiag.telemetry.GpuQuantities.RECOVERY_ACTION;
import static dev.gpudiag.telemetry.GpuQuantities.REMAPPED_ROWS_FAILURE;
import static dev.gpudiag.telemetry.GpuQuantities.REMAPPED_ROWS_PENDING;
import static dev.gpudiag.telemetry.GpuQuantities.REMAPPED_ROWS_UNCORRECTABLE;
import static dev.gpudiag.telemetry.GpuQuantities.RETIRED_PAGES_PENDING;
import static dev.gpudiag.telemetry.GpuQuantities.SRAM_THRESHOLD_EXCEEDED;
import static dev.gpudiag.telemetry.GpuQuantities.TPC_REPAIR_PENDING;
import static dev.gpudiag.telemetry.GpuQuantities.UNREPAIRABLE_MEMORY;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.RecoveryAction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What {@code ecc} says of one GPU, rule after rule; a rule that finds nothing says nothing. */
final class EccJudgement {

    /** Boards that ship with ECC on, for drivers that do not say how a board ships (before R515). */
    private static final Pattern DATA_CENTRE = Pattern.compile(
            "Tesla|\\b(A2|A10G?|A16|A30|A40|A100|A800|L2|L4|L20|L40S?|H20|H100|H200|H800|GH200|B100|B200|B300|GB200|GB300"
                    + "|V100|P4|P6|P40|P100|T4)\\b");

    private static final List<Quantity<?>> SHOULD_COME = List.of(
            RECOVERY_ACTION,
            REMAPPED_ROWS_FAILURE,
            REMAPPED_ROWS_PENDING,
            SRAM_THRESHOLD_EXCEEDED,
            UNREPAIRABLE_MEMORY,
            ECC_MODE,
            ECC_VOLATILE_UNCORRECTED);

    private final GpuSample gpu;
    private final Subject subject;
    private final Evidence evidence;
    private final EccCounts counts;
    private final List<Finding> findings = new ArrayList<>();

    EccJudgement(GpuSample gpu, Evidence evidence) {
        this.gpu = gpu;
        this.evidence = evidence;
        subject = Subject.gpu(gpu.identity());
        counts = new EccCounts(gpu.readings());
    }

    List<Finding> findings() {
        recoveryAction();
        beyondRepair();
        uncorrected();
        migDevices();
        pendingRepair();
        new EccSpares(gpu).findings().forEach(this::add);
        if (isTrue(RETIRED_PAGES_PENDING)) {
            add(addPending("a page retirement is pending: reboot at the next gap", RETIRED_PAGES_PENDING)
                    .rule("ecc.retired_pages"));
        }
        new EccTrend(gpu, evidence).findings().forEach(this::add);
        mode();
        findings.addAll(Unread.failures(subject, gpu, SHOULD_COME));
        boolean off = gpu.value(ECC_MODE).equals(Optional.of(false));
        if (!off && findings.stream().allMatch(finding -> finding.status() == Status.INFO)) {
            findings.add(nothingWrong());
        }
        return findings;
    }

    private void recoveryAction() {
        Optional<Long> code = gpu.value(RECOVERY_ACTION);
        if (code.isEmpty() || code.get() == 0) {
            return;
        }
        Optional<RecoveryAction> action = RecoveryAction.of(code.get());
        if (action.isEmpty()) {
            add(finding(
                            Status.UNKNOWN,
                            "the driver asks for recovery action " + code.get() + ", unknown to this gpudiag")
                    .rule("gpu.recovery_action")
                    .action("look it up: nvidia-smi -q | grep -i -A1 'recovery action'; upgrade gpudiag")
                    .proof(RECOVERY_ACTION, gpu.get(RECOVERY_ACTION)));
            return;
        }
        boolean network =
                action.get() == RecoveryAction.DRAIN_P2P || action.get() == RecoveryAction.RECOVER_IMEX_DOMAIN;
        Finding.Builder finding = finding(
                        network ? Status.WARNING : Status.CRITICAL,
                        "the driver asks to " + action.get().text())
                .rule("gpu.recovery_action")
                .limit("recovery action none")
                .why("This is the driver's own word on the health of the GPU; programs on it fail or will fail.")
                .proof(RECOVERY_ACTION, gpu.get(RECOVERY_ACTION));
        EccActions.recovery(action.get(), gpu.identity()).forEach(finding::action);
        add(finding);
    }

    private void beyondRepair() {
        if (isTrue(REMAPPED_ROWS_FAILURE)) {
            addReplacement(
                    "ecc.remap_failure", "a row could not be remapped: no spare row left", REMAPPED_ROWS_FAILURE);
        }
        if (isTrue(SRAM_THRESHOLD_EXCEEDED)) {
            addReplacement(
                    "ecc.sram_threshold",
                    "SRAM errors passed the driver's own limit" + places(),
                    SRAM_THRESHOLD_EXCEEDED);
        }
        if (isTrue(UNREPAIRABLE_MEMORY)) {
            addReplacement("ecc.channel_repair", "memory is beyond repair", UNREPAIRABLE_MEMORY);
        }
    }

    /** Where SRAM errors were counted over the board's life, such as {@code : L2 3, SM 1}. */
    private String places() {
        Map<String, Quantity<Long>> places = new LinkedHashMap<>();
        places.put("L2", ECC_SRAM_L2);
        places.put("SM", ECC_SRAM_SM);
        places.put("PCIe", ECC_SRAM_PCIE);
        places.put("microcontrollers", ECC_SRAM_MCU);
        places.put("other", ECC_SRAM_OTHER);
        String text = places.entrySet().stream()
                .filter(place -> gpu.value(place.getValue()).orElse(0L) > 0)
                .map(place -> place.getKey() + " " + gpu.value(place.getValue()).orElseThrow())
                .collect(Collectors.joining(", "));
        return text.isEmpty() ? "" : ": " + text;
    }

    private void addReplacement(String rule, String seen, Quantity<Boolean> quantity) {
        Finding.Builder finding = finding(Status.CRITICAL, seen)
                .rule(rule)
                .why("The error comes back: neither reset nor reboot repairs it.")
                .proof(quantity, gpu.get(quantity));
        EccActions.replace(gpu.identity()).forEach(finding::action);
        add(finding);
    }

    private void uncorrected() {
        long errors = counts.errors(EccCounts.VOLATILE_UNCORRECTED);
        if (errors == 0 || (isTrue(REMAPPED_ROWS_PENDING) && counts.sramErrors() == 0)) {
            return; // a pending remap contains it, and is reported with it
        }
        uncorrected(subject, errors, counts);
    }

    private void migDevices() {
        for (MigDevice device : gpu.migDevices().value().orElse(List.of())) {
            EccCounts own = new EccCounts(device.readings());
            long errors = own.errors(EccCounts.VOLATILE_UNCORRECTED);
            if (errors > 0 && !(isTrue(REMAPPED_ROWS_PENDING) && own.sramErrors() == 0)) {
                uncorrected(Subject.mig(gpu.identity(), device), errors, own);
            }
        }
    }

    private void uncorrected(Subject of, long errors, EccCounts own) {
        Finding.Builder finding = Finding.builder(
                        Status.CRITICAL,
                        of,
                        Amounts.plural(errors, "uncorrected ECC error") + " since the driver loaded")
                .rule("ecc.dbe_volatile")
                .limit("0")
                .why("Data in memory was wrong and could not be repaired: the program that used it was ended or may"
                        + " compute wrong results.");
        EccActions.reset(gpu.identity()).forEach(finding::action);
        finding.action("see which kind: dmesg -T | grep -E 'Xid.*: (48|63|64|94|95),'");
        add(own.proven(own.measured(finding), EccCounts.VOLATILE_UNCORRECTED));
    }

    private void pendingRepair() {
        if (isTrue(REMAPPED_ROWS_PENDING)) {
            long errors = counts.errors(EccCounts.VOLATILE_UNCORRECTED) - counts.sramErrors();
            String error = errors > 0 ? Amounts.plural(errors, "uncorrected ECC error") + " contained; " : "";
            Finding.Builder finding = addPending(
                            error + "a row remap is pending: reset at the next gap", REMAPPED_ROWS_PENDING)
                    .rule("ecc.remap_pending");
            add(counts.proven(counts.measured(finding), EccCounts.VOLATILE_UNCORRECTED));
        }
        if (isTrue(CHANNEL_REPAIR_PENDING)) {
            add(addPending("a memory channel repair is pending: reset at the next gap", CHANNEL_REPAIR_PENDING)
                    .rule("ecc.channel_repair"));
        }
        if (isTrue(TPC_REPAIR_PENDING)) {
            add(addPending("a TPC repair is pending: reset at the next gap", TPC_REPAIR_PENDING)
                    .rule("ecc.channel_repair"));
        }
    }

    private Finding.Builder addPending(String seen, Quantity<Boolean> quantity) {
        Finding.Builder finding = finding(Status.WARNING, seen)
                .why("The driver keeps the bad part out of use until then; the GPU works on, so there is no hurry.")
                .proof(quantity, gpu.get(quantity));
        EccActions.reset(gpu.identity()).forEach(finding::action);
        return finding;
    }

    private void mode() {
        Optional<Boolean> on = gpu.value(ECC_MODE);
        Optional<Boolean> pending = gpu.value(ECC_MODE_PENDING);
        if (on.isPresent() && pending.isPresent() && !on.equals(pending)) {
            add(finding(
                            Status.WARNING,
                            "ECC is " + onOff(on.get()) + ", and " + onOff(pending.get()) + " after a reset")
                    .rule("ecc.mode")
                    .why("Somebody changed the mode; until the reset the GPU works as before.")
                    .action("reset it at the next gap: nvidia-smi --gpu-reset -i "
                            + gpu.identity().index())
                    .action("or take it back: nvidia-smi -i " + gpu.identity().index() + " -e " + (on.get() ? 1 : 0))
                    .proof(ECC_MODE, gpu.get(ECC_MODE))
                    .proof(ECC_MODE_PENDING, gpu.get(ECC_MODE_PENDING)));
        } else if (on.equals(Optional.of(false)) && offByDefault()) {
            add(finding(Status.OK, "ECC is off, as this board comes").proof(ECC_MODE, gpu.get(ECC_MODE)));
        } else if (on.equals(Optional.of(false))) {
            add(finding(
                            shipsWithEcc() ? Status.WARNING : Status.INFO,
                            shipsWithEcc() ? "ECC is off, and this board ships with it on" : "ECC is off")
                    .rule("ecc.mode")
                    .why("Memory errors are neither corrected nor seen.")
                    .action("to turn it on: nvidia-smi -i " + gpu.identity().index() + " -e 1, then reset the GPU")
                    .proof(ECC_MODE, gpu.get(ECC_MODE)));
        }
    }

    private boolean shipsWithEcc() {
        return gpu.value(ECC_MODE_DEFAULT)
                .orElseGet(() ->
                        DATA_CENTRE.matcher(gpu.identity().name().orElse("")).find());
    }

    /** Whether the board is made to run without ECC: as the driver says, or a GeForce where it cannot say. */
    private boolean offByDefault() {
        return gpu.value(ECC_MODE_DEFAULT)
                .map(on -> !on)
                .orElse(gpu.identity().name().orElse("").contains("GeForce"));
    }

    private static String onOff(boolean on) {
        return on ? "on" : "off";
    }

    /**
     * What is said where no rule found a problem. Counters and remap state that read zero are no evidence by themselves:
     * boards without ECC (GeForce RTX 4090) answer with success and zeros.
     */
    private Finding nothingWrong() {
        boolean mig = gpu.value(MIG_MODE).orElse(false);
        Reading<Boolean> mode = gpu.get(ECC_MODE);
        boolean noEcc = mode.reason().equals(Optional.of(Reading.Reason.NOT_SUPPORTED));
        if (noEcc || (!mode.isPresent() && !counts.anyRead())) {
            return Unread.finding(subject, "ECC", ECC_MODE, mode);
        }
        if (!counts.anyRead() && !mig) {
            return Unread.finding(subject, "ECC counters", ECC_VOLATILE_UNCORRECTED, gpu.get(ECC_VOLATILE_UNCORRECTED));
        }
        long corrected = counts.errors(EccCounts.VOLATILE_CORRECTED);
        long life = counts.errors(EccCounts.AGGREGATE_UNCORRECTED);
        String seen = "no uncorrected errors"
                + (corrected > 0 ? ", " + corrected + " corrected" + counts.where(EccCounts.VOLATILE_CORRECTED) : "")
                + (life > 0 ? ", " + life + " uncorrected in its life" : "")
                + (counts.anyRead() || !mig ? "" : " known; counters are per MIG device");
        boolean worthKnowing = corrected > 0 || life > 0;
        Finding.Builder finding = finding(worthKnowing ? Status.INFO : Status.OK, seen);
        gpu.value(REMAPPED_ROWS_UNCORRECTABLE)
                .ifPresent(rows -> finding.measured(REMAPPED_ROWS_UNCORRECTABLE.id(), (double) rows, "count"));
        return counts.proven(counts.measured(finding), EccCounts.VOLATILE_UNCORRECTED)
                .build();
    }

    private boolean isTrue(Quantity<Boolean> quantity) {
        return gpu.value(quantity).orElse(false);
    }

    private Finding.Builder finding(Status status, String seen) {
        return Finding.builder(status, subject, seen);
    }

    private void add(Finding.Builder finding) {
        add(finding.build());
    }

    private void add(Finding finding) {
        findings.add(finding);
    }
}
