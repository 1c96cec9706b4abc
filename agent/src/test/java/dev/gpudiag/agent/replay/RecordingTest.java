package dev.gpudiag.agent.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.DeviceAllocation;
import dev.gpudiag.telemetry.DeviceNode;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.Gap;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.InfinibandPort;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.ProcessCuda;
import dev.gpudiag.telemetry.ProcessCuda.MappedLibrary;
import dev.gpudiag.telemetry.ProcessCuda.Trace;
import dev.gpudiag.telemetry.ProcessCuda.VersionTrace;
import dev.gpudiag.telemetry.RdmaState;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import dev.gpudiag.telemetry.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordingTest {

    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07.123456789Z");
    private static final String JSON = Recording.write(sample(), "1.2.3");

    private static NodeSample sample() {
        Readings readings = Readings.builder()
                .put(GpuQuantities.MEMORY_TOTAL, Long.MAX_VALUE, "nvmlDeviceGetMemoryInfo")
                .put(GpuQuantities.CLOCK_EVENT_REASONS, Long.MIN_VALUE, "x")
                .put(GpuQuantities.POWER_USAGE, 0.1 + 0.2, "x")
                .put(GpuQuantities.TEMPERATURE_GPU, Double.MIN_VALUE, "x")
                .put(GpuQuantities.ECC_MODE, true, "x")
                .put(GpuQuantities.SERIAL, "\u0000 \" ü 😀 </script>", "x")
                .put(GpuQuantities.FAN_SPEED, Reading.missing(Reason.FAILED, "nvmlDeviceGetFanSpeed", "unknown", 999))
                .put(GpuQuantities.MIG_MODE, Reading.missing(Reason.TIMED_OUT, "nvmlDeviceGetMigMode", ""))
                .build();
        ComputeProcess process = new ComputeProcess(
                4711,
                ComputeProcess.Type.MPS,
                Optional.of("python"),
                OptionalInt.of(1),
                OptionalInt.empty(),
                Reading.of(5L, "x"),
                Reading.missing(Reason.NO_PERMISSION, "x", "", 4));
        GpuSample gpu = new GpuSample(
                new GpuIdentity(0, Optional.of("GPU-1"), Optional.empty(), Optional.of("H100")),
                NOW,
                new GpuCondition(GpuCondition.State.RESET_REQUIRED, "nvmlDeviceGetTemperature: 16"),
                readings,
                List.of(
                        Readings.builder()
                                .put(GpuQuantities.NVLINK_ACTIVE, true, "x")
                                .build(),
                        Readings.empty()),
                Reading.of(List.of(process), "nvmlDeviceGetComputeRunningProcesses_v3"),
                Reading.of(List.of(new MigDevice(3, readings)), "x"));
        DriverState driver = new DriverState(
                Reading.missing(Reason.FAILED, "nvmlInit_v2", "driver not loaded", 9),
                Readings.builder()
                        .put(HostQuantities.UPTIME, 1.5, "/proc/uptime")
                        .build(),
                Reading.of(
                        List.of(new PciDevice("0000:65:00.0", 0x10de, 0x2330, 0x030200, Optional.of("nvidia"))), "x"),
                Reading.of(List.of(new DeviceNode("/dev/nvidia0", DeviceNode.Kind.ABSENT, -1, -1, false)), "/dev"));
        return new NodeSample(
                        NOW, new SampleSource(SampleSource.Kind.SIMULATED, "gpu-lost"), driver, List.of(gpu), host())
                .withRdma(rdma());
    }

    private static RdmaState rdma() {
        InfinibandPort port = new InfinibandPort(
                "mlx5_0",
                1,
                Reading.of("ACTIVE", "state"),
                Reading.missing(Reason.NO_PERMISSION, "phys_state", "no permission", 13),
                Reading.of(56.25, "rate"),
                Reading.of("InfiniBand", "link_layer"),
                Reading.of(255L, "link_downed"));
        return new RdmaState(
                Reading.of(List.of(port), "/sys/class/infiniband"),
                Reading.of(true, "/proc/modules"),
                Reading.missing(Reason.NOT_SUPPORTED, "/proc/modules", "no ib_core"));
    }

    private static HostSample host() {
        ProcessCuda cuda = new ProcessCuda(
                Reading.of(
                        List.of(new VersionTrace(Trace.WHEEL, "12.4.127", "/site-packages", "\u001b[31m")), "/proc/7"),
                Reading.of(List.of(new MappedLibrary("/usr/lib/libcuda.so.550.54.15", "550.54.15", true)), "maps"),
                Reading.of(Map.of("CUDA_VERSION", "12.4.1", "NVIDIA_REQUIRE_CUDA", "cuda>=12.4"), "environ"),
                Reading.missing(Reason.NO_PERMISSION, "/proc/7/root", "no permission", 13));
        Workload pod = new Workload(
                Workload.Kind.KUBERNETES_POD,
                "a/b (c)",
                Optional.of("a"),
                Optional.of("b"),
                Optional.of("uid"),
                Optional.of("c"),
                Optional.of("id"),
                Optional.empty());
        GpuHolder holder = new GpuHolder(
                7,
                Reading.of(4711L, "/proc/7/stat"),
                Reading.of("D", "/proc/7/stat"),
                Reading.of("python3", "/proc/7/comm"),
                Reading.missing(Reason.TIMED_OUT, "/proc/7/cmdline", "has not returned for 3 s"),
                Reading.of("alice", "/proc/7/status"),
                Reading.of(List.of("/dev/nvidia0"), "/proc/7/fd"),
                Reading.of(false, "/sys/fs/cgroup/devices/kubepods/devices.list"),
                Reading.of(pod, "/proc/7/cgroup"),
                Reading.of(cuda, "/proc/7"));
        return new HostSample(
                Reading.of(List.of(holder), "/proc"),
                Reading.of(List.of(new DeviceAllocation("uid", "c", "nvidia.com/gpu", List.of("GPU-1"))), "kubelet"),
                List.of(new Gap(Reason.NO_PERMISSION, "/var/log/pods", "no names")),
                Optional.of(NOW),
                Optional.empty());
    }

    @Test
    void whatIsWrittenReadsBackEqual() throws Exception {
        Recording.Result result = Recording.read("x.json", JSON);
        assertThat(result.sample()).isEqualTo(sample());
        assertThat(result.warnings()).isEmpty();
    }

    @Test
    void aSnapshotOfBeforeProcessesWereLookedAtIsRead() throws Exception {
        NodeSample without = sample().withHost(HostSample.notRead());
        String json = Recording.write(without, "1");
        assertThat(json).doesNotContain("\"host\"");
        assertThat(Recording.read("x.json", json).sample()).isEqualTo(without);
    }

    @Test
    void whatIsMissingIsNullWithAReasonBesideIt() throws Exception {
        JsonNode fan = new ObjectMapper().readTree(JSON).at("/gpus/0/readings/fan_speed_ratio");
        assertThat(fan.get("value").isNull()).isTrue();
        assertThat(fan.get("reason").asText()).isEqualTo("FAILED");
        assertThat(fan.get("source").asText()).isEqualTo("nvmlDeviceGetFanSpeed");
        assertThat(fan.get("code").asInt()).isEqualTo(999);
    }

    @Test
    void aNumberThatIsNotFiniteIsAFailedReading() throws Exception {
        NodeSample sample = sample();
        Readings readings =
                Readings.builder().put(HostQuantities.UPTIME, Double.NaN, "x").build();
        DriverState driver = new DriverState(
                sample.driver().nvml(),
                readings,
                sample.driver().pciDevices(),
                sample.driver().deviceNodes());
        String json = Recording.write(new NodeSample(NOW, sample.source(), driver, List.of()), "1");
        assertThat(Recording.read("x", json)
                        .sample()
                        .driver()
                        .get(HostQuantities.UPTIME)
                        .reason())
                .contains(Reason.FAILED);
    }

    @Test
    void aTruncatedFileIsOneMessage() {
        for (int length = 1; length < JSON.length() - 3; length += 97) {
            String part = JSON.substring(0, length);
            assertThatThrownBy(() -> Recording.read("x.json", part))
                    .isInstanceOf(ReplayException.class)
                    .hasMessageStartingWith("x.json");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "kind" : "gpudiag-snapshot" | "kind" : "something" | kind is 'something'
            "kind" : "gpudiag-snapshot" | "other" : 1 | kind is missing
            "schema_version" : 1 | "schema_version" : 2 | a newer gpudiag wrote it
            "schema_version" : 1 | "schema_version" : "1" | schema_version should be a whole number
            "index" : 0 | "index" : "0" | gpus[0].index should be a whole number
            "index" : 0 | "index" : 99999999999 | gpus[0].index should be a whole number
            "index" : 0 | "indx" : 0 | gpus[0] has no index
            "value" : 9223372036854775807 | "value" : 9223372036854775808 | gpus[0].readings.memory_total_bytes.value
            "value" : 9223372036854775807 | "value" : 1.5 | gpus[0].readings.memory_total_bytes.value
            "value" : 4.9E-324 | "value" : 1e999 | temperature_gpu_celsius.value should be a number
            "state" : "RESET_REQUIRED" | "state" : "HAPPY" | gpus[0].condition.state should be one of [ANSWERING
            "taken_at" : "2026 | "taken_at" : "x2026 | taken_at should be an instant
            "nvlinks" : [ | "nvlinks" : 1, "x" : [ | gpus[0].nvlinks should be a list
            "reason" : "TIMED_OUT" | "reason" : null | mig_mode has no reason
            """)
    void aWrongValueIsNamedByItsPlace(String right, String wrong, String message) {
        assertThat(JSON).contains(right);
        String json = JSON.replace(right, wrong);
        assertThatThrownBy(() -> Recording.read("x.json", json))
                .isInstanceOf(ReplayException.class)
                .hasMessageStartingWith("x.json")
                .hasMessageContaining(message);
    }

    @Test
    void anUnknownQuantityIsAWarning() throws Exception {
        Recording.Result result = Recording.read("x", JSON.replace("\"serial\"", "\"colour\""));
        assertThat(result.warnings()).contains("gpus[0].readings.colour is not known to this version and was left out");
    }

    @Test
    void duplicateKeysDepthAndHugeNumbersAreRefused() {
        for (String json : List.of(
                "{\"kind\":\"gpudiag-snapshot\",\"kind\":\"gpudiag-snapshot\"}",
                "{\"a\":" + "[".repeat(100_000),
                "{\"a\":" + "{\"a\":".repeat(100_000),
                "{\"schema_version\":" + "9".repeat(100_000) + "}",
                "{\"a\":\"" + "x".repeat(2_000_000) + "\"}",
                "{\"a\":[" + "1,".repeat(3_000_000) + "1]}",
                JSON + "{}")) {
            assertThatThrownBy(() -> Recording.read("x.json", json))
                    .isInstanceOf(ReplayException.class)
                    .hasMessageStartingWith("x.json");
        }
    }

    @Test
    void replayTellsASnapshotByItsContent(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("snapshot.xml"), "\ufeff\n" + JSON);
        assertThat(Replay.open(file).sample()).isEqualTo(sample());
    }
}
