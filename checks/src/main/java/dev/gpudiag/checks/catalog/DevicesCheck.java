package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Whether every GPU that should be here is here and answers: PCI bus against NVML against /dev, and against what is
 * expected or was here before.
 *
 * <p>A node that has the driver, or had GPUs, and shows none is CRITICAL.
 */
final class DevicesCheck implements Check {

    static final Setting<Optional<Integer>> EXPECT_COUNT =
            Setting.count("devices.expect-count", 0, 1024, "GPUs", "GPUs that this node must have");
    static final Setting<Optional<String>> EXPECT_MODEL =
            Setting.text("devices.expect-model", "part of the name that every GPU must have, such as H100");
    static final Setting<Optional<String>> EXPECT_DRIVER =
            Setting.text("devices.expect-driver", "driver that must run: a version, or the beginning of one (535)");
    static final Setting<Optional<Integer>> EXPECT_LINKS =
            Setting.count("devices.expect-links", 0, 64, "links", "NVLinks that must be up on every GPU");

    private static final CheckSpec SPEC = new CheckSpec(
            "devices",
            "GPUs on the bus, in the driver and in /dev against what is expected",
            EnumSet.of(CheckSpec.Precondition.SETTLED_DRIVER),
            List.of(EXPECT_COUNT, EXPECT_MODEL, EXPECT_DRIVER, EXPECT_LINKS),
            DevicesRules.ALL);

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(Evidence evidence) {
        NodeSample sample = evidence.sample();
        DriverFacts facts = DriverFacts.of(sample);
        boolean asked = facts.state().usable() || !sample.gpus().isEmpty();
        if (!asked && facts.noHardware(evidence)) {
            return List.of(Finding.builder(Status.SKIPPED, Subject.node(), DriverCheck.NO_HARDWARE)
                    .proof(facts.state().pciDevices().source(), "no GPU of vendor 0x10de")
                    .build());
        }
        List<Finding> findings = new ArrayList<>();
        new WedgedDriver(evidence)
                .finding()
                .ifPresentOrElse(
                        findings::add,
                        () -> sample.gpus()
                                .forEach(gpu -> GpuAnswers.finding(gpu).ifPresent(findings::add)));
        GpuPresence presence = new GpuPresence(sample, facts);
        findings.addAll(asked ? presence.findings() : presence.withoutDriver());
        findings.addAll(new Expectations(evidence, facts, presence).findings());
        if (asked && sample.gpus().isEmpty() && findings.isEmpty()) {
            findings.add(noGpu(facts, evidence));
        }
        return findings.isEmpty() ? List.of(allHere(sample, facts)) : findings;
    }

    /** NVML works and counts no GPU: none of PCI, baseline or expectation says more. */
    private static Finding noGpu(DriverFacts facts, Evidence evidence) {
        if (facts.noHardware(evidence)) {
            return Finding.of(Status.SKIPPED, Subject.node(), DriverCheck.NO_HARDWARE);
        }
        return GpuPresence.noGpu(facts, "the driver is installed and this node shows no GPU");
    }

    private static Finding allHere(NodeSample sample, DriverFacts facts) {
        List<GpuSample> gpus = sample.gpus();
        if (gpus.isEmpty()) {
            return Finding.of(Status.SKIPPED, Subject.node(), "no GPU is expected here, and none is");
        }
        String names = gpus.stream()
                .map(gpu -> gpu.identity().name().orElse("unnamed"))
                .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(entry -> entry.getValue() + " x " + entry.getKey())
                .collect(Collectors.joining(", "));
        String bus = facts.ownGpus().size() == gpus.size() ? ", as many as on the PCI bus" : "";
        Finding.Builder finding = Finding.builder(Status.OK, Subject.node(), names + bus)
                .measured("gpus", gpus.size(), "count")
                .proof(HostQuantities.GPU_COUNT, facts.state().get(HostQuantities.GPU_COUNT));
        if (facts.pciKnown()) {
            finding.proof(
                    facts.state().pciDevices().source(),
                    Amounts.plural(facts.gpus().size(), "GPU") + " of vendor 0x10de");
        }
        return finding.build();
    }

    /** How a person finds the GPU in its chassis: address and name, as far as they are known. */
    static String place(GpuIdentity gpu) {
        return gpu.pciBusId().orElse("gpu " + gpu.index())
                + gpu.name().map(name -> " " + name).orElse("");
    }

    /** The same, with the UUID. */
    static String describe(GpuIdentity gpu) {
        return place(gpu) + gpu.uuid().map(uuid -> " (" + uuid + ")").orElse("");
    }
}
