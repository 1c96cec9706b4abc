package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.CheckSpec.Precondition;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.DeviceAllocation;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the kubelet has given away against what is used: pods that hold a GPU and do nothing with it, devices that the
 * kubelet does not count, and a tenant that takes the memory of a GPU which others share.
 */
final class AllocationCheck implements Check {

    static final Setting<Double> SHARED_LIMIT = Setting.number(
            "allocation.shared-limit",
            0.9,
            0.1,
            1,
            "ratio",
            "used memory of a shared GPU from which on a tenant with more than its share is named");

    private static final CheckSpec SPEC = new CheckSpec(
                    "allocation",
                    "GPUs that the kubelet has given to pods against what runs on them; tenants of shared GPUs",
                    EnumSet.of(Precondition.USABLE_DRIVER, Precondition.GPU),
                    List.of(SHARED_LIMIT),
                    AllocationRules.ALL)
            .needing(CheckSpec.Need.PROCESSES);

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(Evidence evidence) {
        Reading<List<DeviceAllocation>> reading = evidence.sample().host().allocations();
        List<DeviceAllocation> allocations = reading.value().orElse(List.of()).stream()
                .filter(AllocatedDevices::isGpuResource)
                .toList();
        List<Finding> findings = new ArrayList<>(SharedGpus.findings(evidence, allocations));
        if (reading.isPresent()) {
            findings.addAll(RegisteredDevices.findings(evidence.sample(), allocations));
            findings.addAll(IdleAllocations.findings(evidence.sample(), allocations));
            findings.addAll(counts(allocations));
        } else if (findings.isEmpty() || reading.failed()) {
            findings.add(unread(reading));
        }
        return findings;
    }

    private static Finding unread(Reading<?> reading) {
        Reason reason = reading.reason().orElseThrow();
        String seen = switch (reason) {
            case NOT_SUPPORTED -> "no kubelet on this node";
            case NO_PERMISSION -> "the kubelet's checkpoint: no permission";
            default -> "the kubelet's checkpoint: " + reading.describe();
        };
        boolean unknown = reason.isFailure() && reason != Reason.NO_PERMISSION;
        return Finding.builder(unknown ? Status.UNKNOWN : Status.SKIPPED, Subject.node(), seen)
                .why(reason == Reason.NO_PERMISSION ? "It shows to root only." : "")
                .proof(reading.source(), reading.describe())
                .build();
    }

    /** One finding for each resource: OK while some are free, INFO when all are given away. */
    private static List<Finding> counts(List<DeviceAllocation> allocations) {
        List<Finding> findings = new ArrayList<>();
        for (DeviceAllocation registered : allocations) {
            if (!registered.isRegistration() || registered.deviceIds().isEmpty()) {
                continue;
            }
            TreeSet<String> given = new TreeSet<>();
            TreeSet<String> owners = new TreeSet<>();
            for (DeviceAllocation allocation : allocations) {
                if (!allocation.isRegistration() && allocation.resource().equals(registered.resource())) {
                    given.addAll(allocation.deviceIds());
                    owners.add(allocation.workload().name());
                }
            }
            given.retainAll(registered.deviceIds());
            findings.add(count(registered, given.size(), owners));
        }
        if (findings.isEmpty()) {
            findings.add(Finding.of(Status.OK, Subject.node(), "the kubelet counts no GPU of a device plugin"));
        }
        return findings;
    }

    private static Finding count(DeviceAllocation registered, int given, Set<String> owners) {
        int healthy = registered.deviceIds().size();
        String seen = given + " of " + healthy + " " + registered.resource() + " given to pods";
        Finding.Builder finding = given < healthy
                ? Finding.builder(Status.OK, Subject.node(), seen)
                : Finding.builder(Status.INFO, Subject.node(), seen + ": none is left")
                        .rule("alloc.full")
                        .why("A further pod waits with \"Insufficient " + registered.resource() + "\".")
                        .action("wait for one to end, or look at who holds them: " + some(owners));
        return finding.measured("devices_healthy", healthy, "count")
                .measured("devices_allocated", given, "count")
                .proof(
                        "kubelet_internal_checkpoint",
                        registered.resource() + ": " + healthy + " healthy, " + given + " given")
                .build();
    }

    private static String some(Set<String> owners) {
        List<String> shown = owners.stream().limit(4).toList();
        int more = owners.size() - shown.size();
        return String.join(", ", shown) + (more > 0 ? " and " + more + " more" : "");
    }
}
