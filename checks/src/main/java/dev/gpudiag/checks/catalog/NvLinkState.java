package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.FABRIC_STATE;
import static dev.gpudiag.telemetry.GpuQuantities.NVLINK_ACTIVE;
import static dev.gpudiag.telemetry.GpuQuantities.NVLINK_COUNT;
import static dev.gpudiag.telemetry.GpuQuantities.NVLINK_REMOTE_TYPE;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which links of one GPU are up, against what must be up.
 *
 * <p>On an NVSwitch every link must be. Links to other GPUs depend on bridges, so that what identical GPUs of the node have
 * decides; a board whose links are all down beside others like it has no bridge.
 */
final class NvLinkState {

    private final GpuSample gpu;
    private final Evidence evidence;
    private final Subject subject;
    private final List<Integer> down;
    private final long up;

    NvLinkState(GpuSample gpu, Evidence evidence) {
        this.gpu = gpu;
        this.evidence = evidence;
        subject = Subject.gpu(gpu.identity());
        down = IntStream.range(0, gpu.nvlinks().size())
                .filter(link -> gpu.nvlinks().get(link).value(NVLINK_ACTIVE).equals(Optional.of(false)))
                .boxed()
                .toList();
        up = up(gpu);
    }

    private static long up(GpuSample gpu) {
        return gpu.nvlinks().stream()
                .filter(link -> link.value(NVLINK_ACTIVE).orElse(false))
                .count();
    }

    /** What is wrong, or does not apply; empty where all links are up. */
    List<Finding> findings() {
        if (gpu.nvlinks().isEmpty()) {
            return List.of(without());
        }
        List<Finding> findings = new ArrayList<>(unread());
        if (!down.isEmpty()) {
            findings.add(judged());
        }
        return findings;
    }

    private Finding without() {
        Reading<Long> count = gpu.get(NVLINK_COUNT);
        return count.isPresent()
                ? Finding.of(Status.SKIPPED, subject, "no NVLink on this GPU")
                : Unread.finding(subject, "NVLink", NVLINK_COUNT, count);
    }

    private List<Finding> unread() {
        for (int link = 0; link < gpu.nvlinks().size(); link++) {
            Reading<Boolean> state = gpu.nvlinks().get(link).get(NVLINK_ACTIVE);
            if (state.failed()) {
                return List.of(Unread.finding(subject, "NVLink " + link, NVLINK_ACTIVE, state));
            }
        }
        return List.of();
    }

    private Finding judged() {
        String seen = up + " of " + Amounts.plural(up + down.size(), "NVLink") + " up";
        Twins more = Twins.of(gpu, evidence.sample()).that(twin -> up(twin) > up);
        boolean fewerThanMost = more.count() > 0
                && more.count() * 2 > Twins.of(gpu, evidence.sample()).count();
        if (isOnSwitch() || fewerThanMost) {
            return fault(seen);
        }
        return up == 0
                ? Finding.of(Status.SKIPPED, subject, "all " + down.size() + " NVLinks are down: no bridge")
                : Finding.of(Status.OK, subject, seen + ", as many as its bridges connect");
    }

    private Finding fault(String seen) {
        String which = down.size() == gpu.nvlinks().size()
                ? ""
                : ", down: " + down.stream().map(String::valueOf).collect(Collectors.joining(", "));
        Finding.Builder finding = Finding.builder(Status.CRITICAL, subject, seen + which)
                .rule("nvl.state")
                .limit("every link up")
                .why("Traffic between GPUs takes fewer links or PCIe, and collectives slow down or fail.")
                .action("see which: nvidia-smi nvlink -s -i " + gpu.identity().index()
                        + "; dmesg -T | grep -iE 'nvlink|Xid.*: (74|14[4-9]|150),'")
                .action("on NVSwitch nodes: systemctl status nvidia-fabricmanager")
                .action("drain the node and reset or reboot it; then have GPU or baseboard looked at")
                .measured("nvlinks_up", up, "count")
                .measured("nvlinks_down", down.size(), "count")
                .proof("nvlink_active", "false of links " + down);
        boolean saidByDevices = evidence.setting(DevicesCheck.EXPECT_LINKS)
                .filter(expected -> expected > up)
                .isPresent();
        return saidByDevices ? finding.causedBy("devices").build() : finding.build();
    }

    private boolean isOnSwitch() {
        boolean toSwitch = gpu.nvlinks().stream()
                .map((Readings link) -> link.value(NVLINK_REMOTE_TYPE))
                .anyMatch(Optional.of("SWITCH")::equals);
        boolean switchOnBus = evidence.sample().driver().pciDevices().value().stream()
                .flatMap(List::stream)
                .anyMatch(PciDevice::isNvSwitch);
        return toSwitch || switchOnBus || gpu.value(FABRIC_STATE).equals(Optional.of(NvLinkFabric.COMPLETED));
    }
}
