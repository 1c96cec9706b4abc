package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.NVLINK_ACTIVE;
import static dev.gpudiag.telemetry.GpuQuantities.NVLINK_COUNT;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a node has against what its operator expects, and against what it had when it was well. */
final class Expectations {

    private final Evidence evidence;
    private final DriverFacts facts;
    private final GpuPresence presence;
    private final List<GpuSample> gpus;

    Expectations(Evidence evidence, DriverFacts facts, GpuPresence presence) {
        this.evidence = evidence;
        this.facts = facts;
        this.presence = presence;
        gpus = evidence.sample().gpus();
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        count().ifPresent(findings::add);
        driver().ifPresent(findings::add);
        gpus.forEach(gpu -> model(gpu).ifPresent(findings::add));
        gpus.forEach(gpu -> links(gpu).ifPresent(findings::add));
        evidence.baseline().ifPresent(baseline -> findings.addAll(against(baseline)));
        return findings;
    }

    private Optional<Finding> count() {
        // A GPU that is listed and lost is no GPU to work with, but it is here: its own finding says the rest.
        int have = gpus.size();
        return evidence.setting(DevicesCheck.EXPECT_COUNT)
                .filter(expected -> expected != have)
                .map(expected -> Finding.builder(
                                have < expected ? Status.CRITICAL : Status.WARNING,
                                Subject.node(),
                                have + " of " + Amounts.plural(expected, "expected GPU"))
                        .rule("gpu.count")
                        .limit(Amounts.plural(expected, "GPU"))
                        .measured("gpus", have, "count")
                        .measured("expected_gpus", expected, "count")
                        .why(
                                have < expected
                                        ? "Jobs that were placed for the full number fail or wait."
                                        : "The node has more than its configuration says.")
                        .action("see what the bus has: lspci -d 10de: -k; dmesg -T | grep -E 'NVRM|Xid'")
                        .action("if the number is wrong: change devices.expect-count")
                        .proof("listed GPUs", String.valueOf(have))
                        .build());
    }

    private Optional<Finding> driver() {
        Optional<String> version = facts.moduleVersion();
        return expected(DevicesCheck.EXPECT_DRIVER)
                .filter(expected -> version.isPresent() && !matches(version.get(), expected))
                .map(expected -> Finding.builder(
                                Status.WARNING, Subject.node(), "driver " + version.orElseThrow() + " runs")
                        .rule("drv.expected_version")
                        .limit("driver " + expected)
                        .why("The node runs another driver than the fleet was tested with.")
                        .action("install driver " + expected + ", or change devices.expect-driver")
                        .proof("driver version", version.orElseThrow())
                        .build());
    }

    private static boolean matches(String version, String expected) {
        return version.equals(expected) || version.startsWith(expected + ".");
    }

    private Optional<Finding> model(GpuSample gpu) {
        Optional<String> name = gpu.identity().name();
        return expected(DevicesCheck.EXPECT_MODEL)
                .filter(expected -> name.isPresent()
                        && !name.get().toLowerCase(Locale.ROOT).contains(expected.toLowerCase(Locale.ROOT)))
                .map(expected -> Finding.builder(
                                Status.WARNING, Subject.gpu(gpu.identity()), "is a " + name.orElseThrow())
                        .rule("gpu.model")
                        .limit(expected)
                        .why("Another model than expected: memory, speed and features may differ.")
                        .action("replace it, or change devices.expect-model")
                        .proof("name", name.orElseThrow())
                        .build());
    }

    private Optional<String> expected(Setting<Optional<String>> setting) {
        return evidence.setting(setting).map(String::strip).filter(text -> !text.isEmpty());
    }

    private Optional<Finding> links(GpuSample gpu) {
        Optional<Integer> expected = evidence.setting(DevicesCheck.EXPECT_LINKS).filter(links -> links > 0);
        if (expected.isEmpty() || !gpu.condition().isAnswering()) {
            return Optional.empty();
        }
        Subject subject = Subject.gpu(gpu.identity());
        if (gpu.value(GpuQuantities.MIG_MODE).orElse(false)) {
            return Optional.of(Finding.of(Status.SKIPPED, subject, "NVLink is off under MIG"));
        }
        boolean none = gpu.nvlinks().isEmpty();
        if (none && !gpu.get(NVLINK_COUNT).isPresent() && !isUnsupported(gpu)) {
            return Optional.of(Unread.finding(subject, "NVLinks", NVLINK_COUNT, gpu.get(NVLINK_COUNT)));
        }
        long up = gpu.nvlinks().stream()
                .filter(link -> link.value(NVLINK_ACTIVE).orElse(false))
                .count();
        return up == expected.get() ? Optional.empty() : Optional.of(links(subject, up, expected.get()));
    }

    private static boolean isUnsupported(GpuSample gpu) {
        return gpu.get(NVLINK_COUNT)
                .reason()
                .filter(reason -> reason == Reading.Reason.NOT_SUPPORTED)
                .isPresent();
    }

    private static Finding links(Subject subject, long up, int expected) {
        return Finding.builder(
                        up < expected ? Status.CRITICAL : Status.INFO,
                        subject,
                        up + " of " + Amounts.plural(expected, "expected NVLink") + " up")
                .rule("nvl.expected_links")
                .limit(Amounts.plural(expected, "link"))
                .measured("nvlinks_up", (double) up, "count")
                .measured("expected_nvlinks", expected, "count")
                .why(up < expected ? "Traffic between GPUs takes fewer links or PCIe, and collectives slow down." : "")
                .action("see which: nvidia-smi nvlink -s; dmesg -T | grep -iE 'nvlink|Xid.*: (74|14[4-9]|150),'")
                .action("on NVSwitch nodes: systemctl status nvidia-fabricmanager")
                .action("drain the node and reset or reboot it; then have GPU or baseboard looked at")
                .proof("nvlink_active", up + " links")
                .build();
    }

    private List<Finding> against(Baseline baseline) {
        List<Finding> findings = new ArrayList<>();
        for (GpuIdentity gpu : baseline.gpus()) {
            if (!isHere(gpu)) {
                gone(gpu, baseline).ifPresent(findings::add);
            }
        }
        return findings;
    }

    private boolean isHere(GpuIdentity gpu) {
        return gpus.stream().anyMatch(other -> same(gpu, other.identity()));
    }

    /** By UUID; by address where one of both has none, as a GPU that is lost. */
    private static boolean same(GpuIdentity one, GpuIdentity other) {
        if (one.uuid().isPresent() && other.uuid().isPresent()) {
            return one.uuid().equals(other.uuid());
        }
        return sameAddress(one, other);
    }

    private static boolean sameAddress(GpuIdentity one, GpuIdentity other) {
        return one.pciBusId().isPresent()
                && one.pciBusId()
                        .map(GpuPresence::normal)
                        .equals(other.pciBusId().map(GpuPresence::normal));
    }

    /** What a vendor asks for, as far as the baseline has kept it. */
    private static String board(Baseline baseline, GpuIdentity gpu) {
        Map<String, String> facts =
                baseline.member(gpu).map(Baseline.Gpu::facts).orElse(Map.of());
        return Stream.of(GpuQuantities.SERIAL, GpuQuantities.BOARD_PART_NUMBER, GpuQuantities.VBIOS_VERSION)
                .filter(quantity -> facts.containsKey(quantity.id()))
                .map(quantity -> ", " + quantity.id() + " " + facts.get(quantity.id()))
                .collect(Collectors.joining());
    }

    private Optional<Finding> gone(GpuIdentity gpu, Baseline baseline) {
        boolean replaced = gpus.stream().anyMatch(other -> sameAddress(gpu, other.identity()));
        if (!replaced && gpu.pciBusId().filter(presence::isReportedMissing).isPresent()) {
            return Optional.empty();
        }
        boolean unasked = !facts.state().usable() && gpus.isEmpty();
        boolean onBus = gpu.pciBusId()
                .filter(address -> facts.gpus().stream()
                        .anyMatch(device -> GpuPresence.normal(device.address()).equals(GpuPresence.normal(address))))
                .isPresent();
        if (unasked && onBus) {
            return Optional.empty();
        }
        String seen = "gone: " + DevicesCheck.place(gpu) + (replaced ? "; another GPU is in its place" : "");
        return Optional.of(Finding.builder(replaced ? Status.WARNING : Status.CRITICAL, Subject.node(), seen)
                .rule("gpu.count")
                .limit("baseline of " + baseline.savedAt())
                .why(replaced ? "The GPU was replaced." : "The node had this GPU when it was well.")
                .action(
                        replaced
                                ? "if that was on purpose: save a new baseline"
                                : "look for a trace: dmesg -T | grep -E 'Xid.*: 79,|fallen off the bus'")
                .action(
                        replaced
                                ? "else find out who changed the hardware"
                                : "drain the node and power-cycle it (cold); then reseat or replace the GPU")
                .proof("baseline", DevicesCheck.describe(gpu) + board(baseline, gpu))
                .proof(HostQuantities.GPU_COUNT, facts.state().get(HostQuantities.GPU_COUNT))
                .build());
    }
}
