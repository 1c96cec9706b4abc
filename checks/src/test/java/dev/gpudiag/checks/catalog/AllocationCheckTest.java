package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuHolders.process;
import static dev.gpudiag.telemetry.GpuSamples.GIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.Evidences;
import dev.gpudiag.checks.Rule;
import dev.gpudiag.telemetry.DeviceAllocation;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuHolders;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.NodeSamples;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.Workload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllocationCheckTest {

    private static final String GPU = "nvidia.com/gpu";
    private static final String UID = "0a1b2c3d-0000-1111-2222-33334444555";

    private final NodeSamples node = NodeSamples.working();
    private final List<DeviceAllocation> allocations = new ArrayList<>();
    private final List<GpuHolder> holders = new ArrayList<>();
    private Optional<Reading<List<DeviceAllocation>>> unread = Optional.empty();

    private AllocationCheckTest gpus(GpuSamples... gpus) {
        Arrays.stream(gpus).forEach(gpu -> node.gpu(gpu.build()));
        return this;
    }

    private AllocationCheckTest registered(String... ids) {
        allocations.add(DeviceAllocation.registered(GPU, List.of(ids)));
        return this;
    }

    private AllocationCheckTest given(int pod, String... ids) {
        return given(pod, Optional.empty(), ids);
    }

    private AllocationCheckTest given(int pod, Optional<Boolean> running, String... ids) {
        allocations.add(
                new DeviceAllocation(UID + pod, Optional.of("ml/trainer-" + pod), running, "main", GPU, List.of(ids)));
        return this;
    }

    private AllocationCheckTest runs(int pod, long pid) {
        holders.add(process(pid).workload(pod(pod)).build());
        return this;
    }

    private AllocationCheckTest holder(GpuHolders holder) {
        holders.add(holder.build());
        return this;
    }

    private static Workload pod(int pod) {
        return new DeviceAllocation(
                        UID + pod, Optional.of("ml/trainer-" + pod), Optional.empty(), "main", GPU, List.of())
                .workload();
    }

    private Evidences evidence() {
        HostSample host = new HostSample(
                Reading.of(holders, "/proc"), unread.orElse(Reading.of(allocations, "kubelet_internal_checkpoint")));
        return Evidences.of(node.build().withHost(host));
    }

    private List<String> said() {
        return evidence().said("allocation");
    }

    private static GpuSamples gpu(int index) {
        return GpuSamples.h100(index);
    }

    @Test
    void whatIsGivenAndUsedIsCounted() {
        gpus(gpu(0).process(1, GIB), gpu(1))
                .registered("GPU-00000000", "GPU-00000001")
                .given(0, "GPU-00000000")
                .runs(0, 1);
        assertThat(said()).containsExactly("OK node: 1 of 2 nvidia.com/gpu given to pods");
    }

    @Test
    void podWithoutAProcessIsNamed() {
        gpus(gpu(0), gpu(1)).registered("GPU-00000000", "GPU-00000001").given(0, "GPU-00000000");
        assertThat(said())
                .containsExactly(
                        "INFO pod ml/trainer-0 (main): has gpu 0 and no process on it",
                        "OK node: 1 of 2 nvidia.com/gpu given to pods");
    }

    @Test
    void podThatHasEndedIsNotBlamed() {
        gpus(gpu(0), gpu(1)).registered("GPU-00000000", "GPU-00000001").given(0, Optional.of(false), "GPU-00000000");
        assertThat(said())
                .contains("INFO pod ml/trainer-0 (main): has ended, and the kubelet still counts gpu 0 as its own");
    }

    @Test
    void podThatHasOneProcessOnTwoGpusIsNotIdleNorIsOneWithAnOpenDevice() {
        gpus(gpu(0).process(1, GIB), gpu(1))
                .registered("GPU-00000000", "GPU-00000001")
                .given(0, "GPU-00000000", "GPU-00000001")
                .runs(0, 1);
        assertThat(said()).noneMatch(line -> line.contains("no process"));
    }

    @Test
    void processOfUnknownOwnerOnAnExclusiveGpuIsThePods() {
        gpus(gpu(0).process(1, GIB), gpu(1))
                .registered("GPU-00000000", "GPU-00000001")
                .given(0, "GPU-00000000");
        assertThat(said()).containsExactly("OK node: 1 of 2 nvidia.com/gpu given to pods");
    }

    @Test
    void processesThatCannotBeListedProveNothing() {
        gpus(gpu(0).processesUnknown(), gpu(1))
                .registered("GPU-00000000", "GPU-00000001")
                .given(0, "GPU-00000000");
        assertThat(said()).containsExactly("OK node: 1 of 2 nvidia.com/gpu given to pods");
    }

    @Test
    void shareOfAGpuOnWhichOnlyOthersRunIsIdle() {
        gpus(gpu(0).process(1, GIB))
                .registered("GPU-00000000::0", "GPU-00000000::1", "GPU-00000000::2")
                .given(0, "GPU-00000000::0")
                .given(1, "GPU-00000000::1")
                .runs(0, 1);
        assertThat(said())
                .containsExactly(
                        "INFO pod ml/trainer-1 (main): has gpu 0 (a share of it) and no process on it",
                        "OK node: 2 of 3 nvidia.com/gpu given to pods");
    }

    @Test
    void nodeThatIsFullExplainsInsufficient() {
        gpus(gpu(0).process(1, GIB))
                .registered("GPU-00000000")
                .given(0, "GPU-00000000")
                .runs(0, 1);
        assertThat(said()).containsExactly("INFO node: 1 of 1 nvidia.com/gpu given to pods: none is left");
        assertThat(evidence().result("allocation").findings().getFirst().why())
                .isEqualTo("A further pod waits with \"Insufficient nvidia.com/gpu\".");
    }

    @Test
    void deviceThatAPodHasAndThatIsNoLongerRegisteredIsUnhealthy() {
        gpus(gpu(0).process(1, GIB), gpu(1))
                .registered("GPU-00000001")
                .given(0, "GPU-00000000")
                .runs(0, 1);
        assertThat(said())
                .anyMatch(line -> line.equals("WARNING gpu 0: the kubelet no longer counts it as healthy, and pod"
                        + " ml/trainer-0 (main) still has it"))
                .noneMatch(line -> line.contains("does not count it as healthy"));
    }

    @Test
    void gpuThatNobodyCountsIsNamedUnlessNoneIsCounted() {
        gpus(gpu(0), gpu(1)).registered("GPU-00000000");
        assertThat(said()).contains("WARNING gpu 1: the kubelet does not count it as healthy");
        allocations.clear();
        assertThat(said()).containsExactly("OK node: the kubelet counts no GPU of a device plugin");
    }

    @Test
    void pluginThatHasNotRegisteredSinceIsToldOnce() {
        gpus(gpu(0), gpu(1)).registered();
        assertThat(said())
                .containsExactly(
                        "WARNING node: the kubelet counts no healthy nvidia.com/gpu",
                        "OK node: the kubelet counts no GPU of a device plugin");
    }

    @Test
    void deviceThatTheDriverDoesNotHaveIsToldWhereAllAreKnown() {
        gpus(gpu(0)).registered("GPU-00000000", "GPU-deadbeef");
        assertThat(said())
                .contains(
                        "WARNING node: the kubelet counts 1 nvidia.com/gpu that the driver does not have: GPU-deadbeef");
    }

    @Test
    void deviceOfAGpuThatIsLostIsNotUnknown() {
        gpus(gpu(0), gpu(1).condition(GpuCondition.State.LOST, "lost").identity(null, "0000:11:00.0"))
                .registered("GPU-00000000", "GPU-00000001");
        assertThat(said()).noneMatch(line -> line.contains("does not have"));
    }

    @ParameterizedTest
    @CsvSource({"0,1", "nvidia0,nvidia1", "nvidia0/vgpu0,nvidia1/vgpu3", "gpu-00000000,GPU-00000001::3"})
    void devicePluginsMayNameDevicesByIndexOrMinorNumber(String first, String second) {
        gpus(gpu(0), gpu(1)).registered(first, second);
        assertThat(said()).containsExactly("OK node: 0 of 2 nvidia.com/gpu given to pods");
    }

    @Test
    void migDevicesCountTheirGpu() {
        MigDevice mig = new MigDevice(
                0,
                Readings.builder()
                        .put(GpuQuantities.MIG_UUID, "MIG-aaaa", "nvml")
                        .build());
        gpus(gpu(0).mig(mig), gpu(1));
        allocations.add(DeviceAllocation.registered("nvidia.com/mig-1g.10gb", List.of("MIG-aaaa")));
        registered("GPU-00000001");
        assertThat(said())
                .containsExactly(
                        "OK node: 0 of 1 nvidia.com/mig-1g.10gb given to pods",
                        "OK node: 0 of 1 nvidia.com/gpu given to pods");
    }

    @Test
    void otherDevicesOfTheKubeletAreNothing() {
        gpus(gpu(0));
        allocations.add(DeviceAllocation.registered("rdma/hca", List.of()));
        allocations.add(new DeviceAllocation(UID, "main", "rdma/hca", List.of("hca0")));
        assertThat(said()).containsExactly("OK node: the kubelet counts no GPU of a device plugin");
    }

    @Test
    void tenantThatTakesASharedGpuIsNamed() {
        gpus(gpu(0).with(GpuQuantities.MEMORY_USED, 78 * GIB)
                        .process(1, 70 * GIB)
                        .process(2, 6 * GIB))
                .registered("GPU-00000000::0", "GPU-00000000::1")
                .given(0, "GPU-00000000::0")
                .given(1, "GPU-00000000::1")
                .runs(0, 1)
                .runs(1, 2);
        assertThat(said())
                .contains(
                        "WARNING gpu 0: pod ml/trainer-0 (main) has 70.0 GiB of 80.0 GiB, and 2 tenants share this GPU");
    }

    @Test
    void tenantThatCouldNotEvenStartCounts() {
        gpus(gpu(0).with(GpuQuantities.MEMORY_USED, 78 * GIB).process(1, 77 * GIB))
                .registered("GPU-00000000::0", "GPU-00000000::1")
                .given(0, "GPU-00000000::0")
                .given(1, "GPU-00000000::1")
                .runs(0, 1);
        assertThat(said()).anyMatch(line -> line.startsWith("WARNING gpu 0: pod ml/trainer-0 (main) has 77.0 GiB"));
    }

    @ParameterizedTest
    @CsvSource({"40, 30", "40, 6", "76, 0"})
    void fairSharesFreeMemoryAndASingleTenantAreWell(long first, long second) {
        GpuSamples gpu = gpu(0).with(GpuQuantities.MEMORY_USED, (first + second + 2) * GIB)
                .process(1, first * GIB);
        if (second > 0) {
            gpu = gpu.process(2, second * GIB);
        }
        gpus(gpu).runs(0, 1).runs(1, 2);
        assertThat(said()).noneMatch(line -> line.startsWith("WARNING"));
    }

    @Test
    void mpsServerIsNoTenant() {
        gpus(gpu(0).with(GpuQuantities.MEMORY_USED, 78 * GIB)
                        .process(1, 76 * GIB)
                        .process(2, GIB))
                .runs(0, 1)
                .holder(process(2)
                        .command("nvidia-cuda-mps")
                        .workload(Workload.of(Workload.Kind.SYSTEMD_UNIT, "mps.service")));
        assertThat(said()).noneMatch(line -> line.startsWith("WARNING"));
    }

    @Test
    void usersWhoShareAGpuWithoutKubernetesAreTenantsToo() {
        unread = Optional.of(Reading.missing(Reason.NOT_SUPPORTED, "kubelet", "absent"));
        gpus(gpu(0).with(GpuQuantities.MEMORY_USED, 78 * GIB)
                        .process(1, 70 * GIB)
                        .process(2, 6 * GIB))
                .holder(process(1).workload(Workload.of(Workload.Kind.USER, "alice")))
                .holder(process(2).workload(Workload.of(Workload.Kind.SLURM_JOB, "42")));
        assertThat(said())
                .containsExactly("WARNING gpu 0: user alice has 70.0 GiB of 80.0 GiB, and 2 tenants share this GPU");
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_SUPPORTED, SKIPPED node: no kubelet on this node",
        "NO_PERMISSION, SKIPPED node: the kubelet's checkpoint: no permission",
        "NOT_READ, SKIPPED node: the kubelet's checkpoint: detail",
        "FAILED, UNKNOWN node: the kubelet's checkpoint: detail",
    })
    void checkpointThatIsNotThereOrCannotBeReadIsNeverOk(Reason reason, String says) {
        unread = Optional.of(Reading.missing(reason, "kubelet", "detail"));
        gpus(gpu(0));
        assertThat(said()).containsExactly(says);
    }

    @Test
    void everyProblemNamesARuleOfTheCheck() {
        gpus(gpu(0).with(GpuQuantities.MEMORY_USED, 78 * GIB).process(1, 70 * GIB), gpu(1), gpu(2))
                .registered("GPU-00000001", "GPU-dead")
                .given(0, "GPU-00000000::0")
                .given(1, "GPU-00000000::1", "GPU-00000001", "GPU-dead")
                .runs(0, 1);
        List<String> rules =
                new AllocationCheck().spec().rules().stream().map(Rule::id).toList();
        assertThat(evidence().result("allocation").findings())
                .hasSizeGreaterThan(4)
                .allSatisfy(finding -> assertThat(rules).contains(finding.rule().orElse("none")));
    }
}
