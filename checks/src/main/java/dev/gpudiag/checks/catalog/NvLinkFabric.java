package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.FABRIC_HEALTH;
import static dev.gpudiag.telemetry.GpuQuantities.FABRIC_HEALTH_MASK;
import static dev.gpudiag.telemetry.GpuQuantities.FABRIC_STATE;
import static dev.gpudiag.telemetry.GpuQuantities.FABRIC_STATUS;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Quantity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether one GPU has joined the NVLink fabric, and what the fabric says of its health.
 *
 * <p>In each field of the mask zero stands for not supported. A GPU alone on its node has no fabric to join.
 */
final class NvLinkFabric {

    static final String COMPLETED = "COMPLETED";

    private static final Duration LONGEST_REGISTRATION = Duration.ofMinutes(5);
    private static final int FEWEST_GPUS = 2;
    private static final int FLAG = 0x3;
    private static final int TRUE = 1;
    private static final int CONFIGURATION_SHIFT = 8;
    private static final int CONFIGURATION_MASK = 0xf;
    private static final int CONFIGURATION_RIGHT = 1;

    private static final List<String> CONFIGURATIONS = List.of(
            "not supported",
            "right",
            "incorrect system GUID",
            "incorrect chassis serial number",
            "no partition",
            "insufficient NVLinks",
            "incompatible GPU firmware",
            "invalid location",
            "invalid GPU state");

    /** A flag of the mask that must not be set. */
    private record Flag(int shift, String text) {
        boolean isSet(long mask) {
            return ((mask >> shift) & FLAG) == TRUE;
        }
    }

    private static final List<Flag> FLAGS = List.of(
            new Flag(0, "bandwidth degraded"),
            new Flag(2, "route recovery in progress"),
            new Flag(4, "route unhealthy"),
            new Flag(6, "access timeout recovery"));

    private final GpuSample gpu;
    private final Evidence evidence;
    private final Subject subject;

    NvLinkFabric(GpuSample gpu, Evidence evidence) {
        this.gpu = gpu;
        this.evidence = evidence;
        subject = Subject.gpu(gpu.identity());
    }

    List<Finding> findings() {
        if (evidence.sample().gpus().size() < FEWEST_GPUS) {
            return List.of();
        }
        return switch (gpu.value(FABRIC_STATE).orElse("")) {
            case "NOT_STARTED" ->
                List.of(fault(Status.CRITICAL, "NVLink fabric: registration has not started")
                        .limit("completed")
                        .build());
            case "IN_PROGRESS" -> List.of(inProgress());
            case COMPLETED -> completed();
            default -> Unread.failures(subject, gpu, List.of(FABRIC_STATE));
        };
    }

    boolean isJoined() {
        return gpu.value(FABRIC_STATE).equals(Optional.of(COMPLETED));
    }

    private Finding inProgress() {
        Duration since = evidence.history()
                .fabricInProgress(gpu.identity(), evidence.sample().takenAt());
        boolean late = since.compareTo(LONGEST_REGISTRATION) > 0;
        String seen =
                "NVLink fabric: registration in progress" + (since.isZero() ? "" : " for " + Amounts.duration(since));
        return fault(late ? Status.CRITICAL : Status.WARNING, seen)
                .limit("completed within " + Setting.format(LONGEST_REGISTRATION))
                .build();
    }

    private List<Finding> completed() {
        List<String> wrong = new ArrayList<>();
        Status status = Status.CRITICAL;
        long code = gpu.value(FABRIC_STATUS).orElse(0L);
        if (code != 0) {
            wrong.add("registration ended with NVML code " + code);
        }
        long mask = gpu.value(FABRIC_HEALTH_MASK).orElse(0L);
        FLAGS.stream().filter(flag -> flag.isSet(mask)).map(Flag::text).forEach(wrong::add);
        int configuration = (int) (mask >> CONFIGURATION_SHIFT) & CONFIGURATION_MASK;
        if (configuration > CONFIGURATION_RIGHT) {
            wrong.add(
                    configuration < CONFIGURATIONS.size()
                            ? CONFIGURATIONS.get(configuration)
                            : "incorrect configuration " + configuration);
        }
        String health = gpu.value(FABRIC_HEALTH).orElse("");
        if (wrong.isEmpty() && health.equals("UNHEALTHY")) {
            wrong.add("unhealthy");
        }
        if (wrong.isEmpty() && health.equals("LIMITED_CAPACITY")) {
            wrong.add("limited capacity");
            status = Status.WARNING;
        }
        return wrong.isEmpty()
                ? Unread.failures(subject, gpu, List.of(FABRIC_HEALTH_MASK))
                : List.of(fault(status, "NVLink fabric: " + String.join(", ", wrong))
                        .limit("healthy")
                        .build());
    }

    private Finding.Builder fault(Status status, String seen) {
        Finding.Builder finding = Finding.builder(status, subject, seen)
                .rule("nvl.fabric")
                .why(
                        "GPUs do not reach each other over NVLink as they should: CUDA fails with error 802, or collectives"
                                + " are slow.")
                .action("look at the fabric manager: systemctl status nvidia-fabricmanager; tail"
                        + " /var/log/fabricmanager.log")
                .action("look for NVSwitch errors: dmesg -T | grep -E 'SXid|Xid.*: (74|14[4-9]|150),'")
                .action("drain the node and reboot it; if it comes back, have baseboard or switch tray looked at");
        for (Quantity<?> quantity : List.of(FABRIC_STATE, FABRIC_STATUS, FABRIC_HEALTH, FABRIC_HEALTH_MASK)) {
            if (gpu.get(quantity).isPresent()) {
                finding.proof(quantity, gpu.get(quantity));
            }
        }
        return finding;
    }
}
