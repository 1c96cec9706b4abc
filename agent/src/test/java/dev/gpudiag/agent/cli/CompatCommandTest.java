package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.ProcessCuda;
import dev.gpudiag.telemetry.ProcessCuda.MappedLibrary;
import dev.gpudiag.telemetry.ProcessCuda.Trace;
import dev.gpudiag.telemetry.ProcessCuda.VersionTrace;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.SampleSource;
import dev.gpudiag.telemetry.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompatCommandTest {

    private final FakeNode node = new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0, 2)));

    @TempDir
    private Path folder;

    private final CommandRun command = new CommandRun(node, FakeChecks.heat());

    @Test
    void failureSaysWhatTheUserSeesWhyAndEveryWayOut() {
        assertThat(command.run(
                        "compat --cuda 13.0 --driver 535.129.03 --gpu-arch 9.0 --gpu-class datacenter".split(" ")))
                .isEqualTo(2);
        assertThat(command.out()).isEqualTo("""
                        FAILS: CUDA 13.0 on driver 535.129.03 (CUDA 12.2), compute capability 9.0
                          the user sees CUDA error 35 (cudaErrorInsufficientDriver)
                          why: CUDA 13.0 needs driver 580.65.06 or newer (580.65.06 for all of it), this is 535.129.03
                          do:  use an image of CUDA 12.9 or older
                               or add cuda-compat-13-0 to the image (forward compatibility on R535)
                               or install driver 580.65.06 or newer
                        table of 2026-11-23
                        """);
        assertThat(node.opened).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--cuda 12.4 --driver 535.129.03 --gpu-arch 8.0 | 0 | runs-minor",
                "--cuda 12.2 --driver 535.129.03 --gpu-arch 8.0 | 0 | runs",
                "--cuda 12.4 --driver 535.129.03 --gpu-arch 8.0 --jit | 1 | at-risk",
                "--cuda 13.0 --driver 535.129.03 --gpu-arch 9.0 --gpu-class DATACENTER --compat-lib 13.0 | 0 | runs-forward",
                "--cuda 99.0 --driver 535.129.03 --gpu-arch 9.0 | 3 | unknown",
                "--cuda 13.0 --driver 535.129.03 | 2 | fails",
            })
    void jsonHasItsKeysInOrderAndTheExitCodeItsResult(String arguments, int exitCode, String result)
            throws IOException {
        assertThat(command.run(("compat --json " + arguments).split(" "))).isEqualTo(exitCode);
        JsonNode json = new ObjectMapper().readTree(command.out());
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly(
                        "result",
                        "mechanism",
                        "cuda_error",
                        "driver",
                        "driver_cuda",
                        "toolkit",
                        "gpu_arch",
                        "needs_driver",
                        "reasons",
                        "actions",
                        "table_date");
        assertThat(json.get("result").textValue()).isEqualTo(result);
        assertThat(json.get("driver").textValue()).isEqualTo("535.129.03");
        assertThat(json.get("table_date").textValue()).isEqualTo("2026-11-23");
    }

    @Test
    void matrixHasALineForEachToolkitNewestFirst() {
        assertThat(command.run("compat --matrix --driver 535.129.03 --gpu-arch 8.0".split(" ")))
                .isZero();
        assertThat(command.out().lines()).hasSizeGreaterThan(20).allMatch(line -> line.length() <= 100);
        assertThat(command.out())
                .startsWith("CUDA 13.4  fails ")
                .contains("CUDA 12.9  runs-minor")
                .contains("CUDA 12.2  runs ")
                .doesNotContain("12.7");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cuda>=12.2 | 0",
                "cuda>=12.4 | 2",
                "cuda>=12.4 brand=tesla,driver>=535,driver<536 | 3",
                "cuda>=12.4 driver>=535,driver<536 | 0",
            })
    void requirementIsJudgedAsTheContainerToolkitDoes(String require, int exitCode) {
        assertThat(command.run("compat", "--require", require, "--driver", "535.129.03"))
                .isEqualTo(exitCode);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CUDA_VERSION=12.2.2 | | 0 | RUNS: CUDA 12.2.2 ",
                "CUDA_VERSION=12.4.1 | | 2 | FAILS: CUDA 12.4.1 ",
                "CUDA_VERSION=12.4.1 | NVIDIA_DISABLE_REQUIRE=1 | 0 | RUNS-MINOR: CUDA 12.4.1 ",
                "CUDA_VERSION=12.4.1 | NVIDIA_REQUIRE_CUDA=cuda>=12.0 | 0 | RUNS-MINOR: CUDA 12.4.1 ",
                "CUDA_VERSION=12.2.2 | NVIDIA_DRIVER_CAPABILITIES=utility | 2 | FAILS: CUDA 12.2.2 ",
                "CUDA_VERSION=12.2.2 | NVIDIA_DRIVER_CAPABILITIES=compute,utility | 0 | RUNS: CUDA 12.2.2 ",
                "NV_CUDA_CUDART_VERSION=12.4.127-1 | | 0 | RUNS-MINOR: CUDA 12.4 ",
                "CUDA_VERSION=13.0.0 | | 2 | FAILS: CUDA 13.0.0 ",
                "CUDA_VERSION=12.4.1 | NVIDIA_REQUIRE_CUDA=cuda>=12.4 | 2 | FAILS: CUDA 12.4.1 ",
                "NVIDIA_DISABLE_REQUIRE=true | NVIDIA_REQUIRE_CUDA=cuda>=12.4 | 3 | UNKNOWN: ",
                "PATH=/bin | | 3 | UNKNOWN: ",
            })
    void imageIsJudgedByWhatItAsksAndByItsCuda(String one, String other, int exitCode, String begin)
            throws IOException {
        Path file = folder.resolve("image.json");
        Files.writeString(
                file,
                "[{\"Config\": {\"Env\": [\"" + one + "\"" + (other == null ? "" : ", \"" + other + "\"") + "]}}]");
        assertThat(command.run("compat", "--image", file.toString(), "--driver", "535.129.03", "--gpu-arch", "8.0"))
                .isEqualTo(exitCode);
        assertThat(command.out()).startsWith(begin);
    }

    @Test
    void fileThatIsNoImageIsOneMessage() throws IOException {
        Path file = Files.writeString(folder.resolve("text"), "hello");
        assertThat(command.run("compat", "--image", file.toString(), "--driver", "535.1"))
                .isEqualTo(ExitCodes.CONFIGURATION);
        assertThat(command.run("compat", "--image", file + ".none", "--driver", "535.1"))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(command.err().lines()).hasSize(1);
    }

    private static CommandRun withProcess(Reading<ProcessCuda> cuda) {
        GpuHolder holder = new GpuHolder(
                4711,
                Reading.of(1000L, "/proc/4711/stat"),
                Reading.of("S", "/proc/4711/stat"),
                Reading.of("python3", "/proc/4711/comm"),
                Reading.of("python3 train.py", "/proc/4711/cmdline"),
                Reading.of("alice", "/proc/4711/status"),
                Reading.of(List.of("/dev/nvidia0"), "/proc/4711/fd"),
                Reading.notRead("not looked at"),
                Reading.of(Workload.of(Workload.Kind.SLURM_JOB, "42"), "/proc/4711/cgroup"),
                cuda);
        NodeSample sample = Nodes.node(SampleSource.live(), Nodes.answering(0))
                .withHost(new HostSample(Reading.of(List.of(holder), "/proc"), Reading.notRead("no kubelet")));
        return new CommandRun(new FakeNode(sample), FakeChecks.heat());
    }

    private static Reading<ProcessCuda> cuda(List<VersionTrace> traces, MappedLibrary... libraries) {
        return Reading.of(
                new ProcessCuda(
                        Reading.of(traces, "/proc/4711"),
                        Reading.of(List.of(libraries), "/proc/4711/maps"),
                        Reading.of(Map.of(), "/proc/4711/environ"),
                        Reading.of(List.of("/dev/nvidia0"), "/proc/4711/root/dev")),
                "/proc/4711");
    }

    private static VersionTrace trace(String version) {
        return new VersionTrace(Trace.MAPPED_LIBRARY, version, "/proc/4711/maps", "/opt/libcudart.so." + version);
    }

    private static MappedLibrary library(String path, String version) {
        return new MappedLibrary(path + version, version, false);
    }

    private static Reading<ProcessCuda> program(String version) {
        return cuda(List.of(trace(version)), library("/opt/libcudart.so.", version));
    }

    @Test
    void processIsJudgedWithTheEvidenceOfItsCuda() {
        CommandRun run = withProcess(program("13.0.48"));
        assertThat(run.run("compat", "--pid", "4711")).isEqualTo(2);
        assertThat(run.out()).isEqualTo("""
                        FAILS: CUDA 13.0 on driver 550.54.15 (CUDA 12.4), compute capability 9.0
                          the user sees CUDA error 35 (cudaErrorInsufficientDriver)
                          why: CUDA 13.0 needs driver 580.65.06 or newer (580.65.06 for all of it), this is 550.54.15
                               it is CUDA 13.0 by mapped library /opt/libcudart.so.13.0.48
                               python3 (pid 4711) of Slurm job 42
                          do:  use an image of CUDA 12.9 or older
                               or install driver 580.65.06 or newer
                        table of 2026-11-23
                        """);
        assertThat(run.run("compat", "--pid", "4711", "--json")).isEqualTo(2);
        assertThat(run.out()).contains("\"cuda_error\": 35", "\"toolkit\": \"13.0\"");
    }

    @Test
    void staleLibraryOfAProcessBeatsItsVersions() {
        CommandRun run = withProcess(cuda(List.of(trace("12.4.127")), library("/usr/lib/libcuda.so.", "535.129.03")));
        assertThat(run.run("compat", "--pid", "4711")).isEqualTo(2);
        assertThat(run.out())
                .contains("CUDA error 803", "its driver library is 535.129.03", "do:  restart the container");
    }

    @Test
    void processWithoutTraceOrRightsIsUnknown() {
        assertThat(withProcess(cuda(List.of(), library("/usr/lib/libcuda.so.", "550.54.15")))
                        .run("compat", "--pid", "4711"))
                .isEqualTo(3);
        CommandRun run = withProcess(Reading.missing(Reading.Reason.NO_PERMISSION, "/proc/4711/maps", "no permission"));
        assertThat(run.run("compat", "--pid", "4711")).isEqualTo(3);
        assertThat(run.out()).contains("its libraries cannot be read: no permission", "CAP_SYS_PTRACE");
    }

    @Test
    void processThatIsNotThereIsWrongUsage() {
        CommandRun run = withProcess(program("12.4.127"));
        assertThat(run.run("compat", "--pid", "4712")).isEqualTo(ExitCodes.USAGE);
        assertThat(run.err()).isEqualTo("gpudiag: no process 4712 here\n");
        assertThat(run.run("compat", "--pid", "4711", "--driver", "535.1")).isEqualTo(ExitCodes.USAGE);
        assertThat(run.run("compat", "--pid", "x")).isEqualTo(ExitCodes.USAGE);
    }

    @Test
    void nodeWithoutAKnownDriverIsUnknownNotWell() {
        command.run("compat", "--cuda", "12.4");
        assertThat(node.opened).hasSize(1);
        assertThat(command.out()).matches("(?s)^(RUNS|RUNS-MINOR|AT-RISK|FAILS|UNKNOWN): CUDA 12\\.4 on driver .*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "compat",
                "compat --cuda 12.4 --matrix",
                "compat --cuda twelve --driver 535.1",
                "compat --cuda 12.4 --driver new",
                "compat --cuda 12.4 --driver 535.1 --gpu-arch sm_80",
                "compat --cuda 12.4 --driver 535.1 --gpu-class toaster",
                "compat --require cuda>=x --driver 535.1"
            })
    void wrongUsageIsOneMessage(String arguments) {
        assertThat(command.run(arguments.split(" "))).isEqualTo(ExitCodes.USAGE);
        assertThat(command.out()).isEmpty();
        assertThat(command.err()).startsWith("gpudiag: ").doesNotContain("Exception");
    }
}
