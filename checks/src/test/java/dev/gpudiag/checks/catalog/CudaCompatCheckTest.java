package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuHolders.process;
import static dev.gpudiag.telemetry.GpuSamples.GIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.Evidences;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuHolders;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.NodeSamples;
import dev.gpudiag.telemetry.ProcessCuda.Trace;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CudaCompatCheckTest {

    private static final String LIB = "/usr/lib/x86_64-linux-gnu/";

    private final NodeSamples node = NodeSamples.working();
    private GpuSamples gpu = GpuSamples.h100(0);

    /** A program with CUDA of this version mapped, and the driver's own library. */
    private static GpuHolders program(long pid, String cuda) {
        return process(pid)
                .library("/opt/app/lib/libcudart.so." + cuda, cuda)
                .library(LIB + "libcuda.so.550.54.15", "550.54.15")
                .version(Trace.MAPPED_LIBRARY, cuda, "/proc/" + pid + "/maps", "/opt/app/lib/libcudart.so." + cuda);
    }

    private static GpuHolders inPod(GpuHolders holder) {
        return holder.pod("default", "trainer-0", "main");
    }

    private NodeSamples driver(String version, String cuda) {
        return node.with(HostQuantities.MODULE_VERSION, version)
                .with(HostQuantities.DRIVER_VERSION, version)
                .with(HostQuantities.CUDA_DRIVER_VERSION, cuda);
    }

    private NodeSample sample(GpuHolders... holders) {
        List<GpuHolder> built = Arrays.stream(holders).map(GpuHolders::build).toList();
        return node.gpu(gpu.build())
                .build()
                .withHost(new HostSample(Reading.of(built, "/proc"), Reading.notRead("no kubelet")));
    }

    private List<Finding> findings(GpuHolders... holders) {
        return Evidences.of(sample(holders)).result("cuda-compat").findings();
    }

    private List<String> said(GpuHolders... holders) {
        return findings(holders).stream()
                .map(finding -> finding.status() + " " + finding.subject().describe() + ": " + finding.seen())
                .toList();
    }

    private Finding only(GpuHolders... holders) {
        List<Finding> findings = findings(holders);
        assertThat(findings).hasSize(1);
        return findings.getFirst();
    }

    @Test
    void programOfTheDriversCudaRuns() {
        assertThat(said(program(4711, "12.4.127"), program(4712, "11.8.89")))
                .containsExactly("OK node: CUDA 11.8 runs (1), CUDA 12.4 runs (1)");
    }

    @Test
    void newerCudaOfTheSameMajorIsNoAlarm() {
        driver("535.129.03", "12.2");
        Finding finding =
                findings(program(4711, "12.4.127").library(LIB + "libcuda.so.535.129.03", "535.129.03")).stream()
                        .filter(found -> found.rule()
                                .filter("ctr.cuda_vs_driver"::equals)
                                .isPresent())
                        .findFirst()
                        .orElseThrow();
        assertThat(finding.status()).isEqualTo(Status.INFO);
        assertThat(finding.seen())
                .isEqualTo("python3 (pid 4711): CUDA 12.4 on driver 535.129.03 (CUDA 12.2) runs by minor-version"
                        + " compatibility; by mapped library /opt/app/lib/libcudart.so.12.4.127");
        assertThat(finding.why()).contains("fail with error 36, PTX of it with error 222");
    }

    @Test
    void cudaOfANewerMajorFailsAndTheWayOutIsNamed() {
        Finding finding = only(program(4711, "13.0.48"));
        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
        assertThat(finding.rule()).contains("ctr.cuda_vs_driver");
        assertThat(finding.seen()).contains("CUDA 13.0 on driver 550.54.15 (CUDA 12.4) fails with error 35");
        assertThat(finding.actions())
                .containsExactly("use an image of CUDA 12.9 or older", "or install driver 580.65.06 or newer");
        assertThat(finding.evidence()).anyMatch(proof -> proof.value().endsWith("libcudart.so.13.0.48"));
    }

    @Test
    void processThatHoldsMemoryHasBeenLetInWhateverTheTableSays() {
        gpu = gpu.process(4711, GIB);
        assertThat(only(program(4711, "13.0.48")).status()).isEqualTo(Status.WARNING);
    }

    @Test
    void whatOnlyTheImageSaysIsAWarning() {
        assertThat(only(inPod(process(4711)
                                .library(LIB + "libcuda.so.550.54.15", "550.54.15")
                                .version(Trace.ENVIRONMENT, "13.0.0", "/proc/4711/environ", "CUDA_VERSION=13.0.0")))
                        .status())
                .isEqualTo(Status.WARNING);
    }

    @Test
    void toolkitThatLiesOnAHostIsNoEvidenceOfAStaticProgram() {
        Finding finding = findings(process(4711)
                        .library(LIB + "libcuda.so.550.54.15", "550.54.15")
                        .version(Trace.VERSION_FILE, "13.0", "/usr/local/cuda/version.json", "13.0.48"))
                .getFirst();
        assertThat(finding.rule().orElse("ctr.unknown_version")).isEqualTo("ctr.unknown_version");
        assertThat(finding.status()).isIn(Status.INFO, Status.OK);
    }

    @Test
    void eightProcessesOfOneContainerAreOneFinding() {
        GpuHolders[] holders = IntStream.range(0, 8)
                .mapToObj(i -> inPod(program(4700 + i, "13.0.48")))
                .toArray(GpuHolders[]::new);
        Finding finding = only(holders);
        assertThat(finding.subject().kind()).isEqualTo(Subject.Kind.WORKLOAD);
        assertThat(finding.subject().describe()).isEqualTo("pod default/trainer-0 (main)");
        assertThat(finding.seen()).startsWith("8 processes (pid 4700, 4701, 4702, 4703 and 4 more): CUDA 13.0 ");
        assertThat(finding.measurements()).anyMatch(figure -> figure.value() == 8);
    }

    @Test
    void processesOfNobodyInParticularAreToldByName() {
        Reading<dev.gpudiag.telemetry.Workload> none = Reading.missing(Reason.NO_PERMISSION, "/proc", "no permission");
        assertThat(said(
                        program(1, "13.0.48").workload(none),
                        program(2, "13.0.48").workload(none)))
                .singleElement()
                .asString()
                .startsWith("CRITICAL node: 2 processes (pid 1, 2): ");
        assertThat(said(program(1, "13.0.48").workload(none)))
                .singleElement()
                .asString()
                .startsWith("CRITICAL process pid 1: python3 (pid 1): ");
    }

    @ParameterizedTest
    @CsvSource({"libnvrtc.so.12", "libnvidia-ptxjitcompiler.so.535.129.03", "libtriton.so"})
    void compilerMakesANewerCudaARisk(String library) {
        driver("535.129.03", "12.2");
        Finding finding = findings(process(4711)
                        .library("/opt/libcudart.so.12.4.127", "12.4.127")
                        .library("/opt/" + library, "")
                        .version(Trace.MAPPED_LIBRARY, "12.4.127", "/proc/4711/maps", "/opt/libcudart.so.12.4.127"))
                .getFirst();
        assertThat(finding.status()).isEqualTo(Status.WARNING);
        assertThat(finding.seen()).contains("may fail with error 222");
        assertThat(finding.actions()).containsExactly("install driver 550.54.14 or newer");
    }

    @ParameterizedTest
    @CsvSource({
        "535.129.03, 12.2, NVIDIA H100 80GB HBM3,   9.0, 550.54.15, OK,       ",
        "535.129.03, 12.2, NVIDIA GeForce RTX 4090, 8.9, 550.54.15, CRITICAL, 804",
        "535.129.03, 12.2, NVIDIA RTX A6000,        8.6, 550.54.15, WARNING,  804",
        "580.65.06,  13.0, NVIDIA H100 80GB HBM3,   9.0, 550.54.15, CRITICAL, 803",
        "545.23.08,  12.3, NVIDIA H100 80GB HBM3,   9.0, 550.54.15, CRITICAL, 803",
    })
    void compatibilityLibraryThatIsMappedDecides(
            String driver, String cuda, String name, String capability, String library, Status status, String error) {
        driver(driver, cuda);
        gpu = gpu.named(name).with(GpuQuantities.COMPUTE_CAPABILITY, capability);
        Finding finding = findings(process(4711)
                        .library("/usr/local/cuda-12.4/compat/libcuda.so." + library, library)
                        .library("/opt/libcudart.so.12.4.127", "12.4.127")
                        .version(Trace.MAPPED_LIBRARY, "12.4.127", "/proc/4711/maps", "/opt/libcudart.so.12.4.127"))
                .getFirst();
        assertThat(finding.status()).as(finding.seen()).isEqualTo(status);
        if (error != null) {
            assertThat(finding.seen()).contains("error " + error);
            assertThat(finding.rule()).contains("ctr.compat_lib_active");
        }
    }

    @Test
    void driverChangedUnderAContainerIsToldFromACompatibilityLibrary() {
        Finding finding =
                only(inPod(program(4711, "12.4.127").deletedLibrary(LIB + "libnvidia-ml.so.535.129.03", "535.129.03")));
        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
        assertThat(finding.rule()).contains("ctr.lib_mismatch");
        assertThat(finding.seen()).endsWith("its driver library is 535.129.03, the loaded kernel module is 550.54.15");
        assertThat(finding.evidence())
                .anyMatch(proof -> proof.value().equals(LIB + "libnvidia-ml.so.535.129.03 (deleted)"));
    }

    @Test
    void libraryThatWasReplacedButStillFitsIsNoAlarm() {
        assertThat(said(program(4711, "12.4.127").deletedLibrary(LIB + "libnvidia-ml.so.550.54.15", "550.54.15")))
                .anyMatch(line ->
                        line.startsWith("INFO user alice: python3 (pid 4711): its driver library 550.54.15 was"))
                .noneMatch(line -> line.startsWith("CRITICAL") || line.startsWith("WARNING"));
    }

    @Test
    void librariesWithoutADriversVersionAreNotStale() {
        assertThat(said(process(4711)
                        .library("/usr/lib/wsl/lib/libcuda.so.1.1", "1.1")
                        .library("/opt/libcudart.so.12.4.127", "12.4.127")
                        .library(LIB + "libcuda.so.1", "1")
                        .version(Trace.MAPPED_LIBRARY, "12.4.127", "/proc/4711/maps", "/opt/libcudart.so.12.4.127")))
                .containsExactly("OK node: CUDA 12.4 runs (1)");
    }

    @ParameterizedTest
    @CsvSource({
        "550.54.15, 12.4, Tesla K80,       3.7, 12.4.127, CRITICAL, error 100",
        "580.65.06, 13.0, Tesla V100-SXM2, 7.0, 13.0.48,  CRITICAL, error 209",
        "580.65.06, 13.0, NVIDIA B200,    10.0, 12.4.127, WARNING,  error 209",
        "595.45.04, 13.2, Tesla V100-SXM2, 7.0, 12.4.127, CRITICAL, error 100",
        "580.65.06, 13.0, NVIDIA L4,       8.9, 11.7.99,  OK,       CUDA 11.7 runs",
    })
    void gpuThatToolkitOrDriverDoesNotKnow(
            String driver, String cuda, String name, String capability, String toolkit, Status status, String says) {
        driver(driver, cuda);
        gpu = gpu.named(name).with(GpuQuantities.COMPUTE_CAPABILITY, capability);
        Finding finding = findings(process(4711)
                        .library("/opt/libcudart.so." + toolkit, toolkit)
                        .version(Trace.MAPPED_LIBRARY, toolkit, "/proc/4711/maps", "/opt/libcudart.so." + toolkit))
                .getFirst();
        assertThat(finding.status()).as(finding.seen()).isEqualTo(status);
        assertThat(finding.seen()).contains(says);
    }

    @Test
    void onlyTheGpusThatAProcessIsOnCount() {
        node.gpu(GpuSamples.h100(1)
                .named("Tesla V100-SXM2-16GB")
                .with(GpuQuantities.COMPUTE_CAPABILITY, "7.0")
                .build());
        driver("580.65.06", "13.0");
        GpuHolders program = process(4711)
                .library("/opt/libcudart.so.13.0.48", "13.0.48")
                .version(Trace.MAPPED_LIBRARY, "13.0.48", "/proc/4711/maps", "/opt/libcudart.so.13.0.48");
        assertThat(only(program.openDevices("/dev/nvidia0", "/dev/nvidiactl")).status())
                .isEqualTo(Status.OK);
        assertThat(only(program.openDevices("/dev/nvidia1", "/dev/nvidiactl")).status())
                .isEqualTo(Status.CRITICAL);
    }

    @Test
    void fabricThatIsDownStopsWhatHasNoMemoryYet() {
        gpu = gpu.with(GpuQuantities.FABRIC_STATE, "IN_PROGRESS");
        Finding finding = only(program(4711, "12.4.127"));
        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
        assertThat(finding.rule()).contains("ctr.fabric_down");
        assertThat(finding.seen()).contains("error 802");
    }

    @Test
    void requirementThatDoesNotHoldIsAWarningSinceTheContainerRunsAlready() {
        Finding finding = only(inPod(program(4711, "12.4.127")
                .environment("NVIDIA_REQUIRE_CUDA", "cuda>=13.0 brand=tesla,driver>=570,driver<571")));
        assertThat(finding.status()).isEqualTo(Status.WARNING);
        assertThat(finding.rule()).contains("ctr.require_unsatisfied");
        assertThat(finding.actions().getFirst()).contains("NVIDIA_DISABLE_REQUIRE=1");
    }

    @ParameterizedTest
    @CsvSource({
        "NVIDIA_DISABLE_REQUIRE, 1, bypassed",
        "NVIDIA_VISIBLE_DEVICES, void, which this node is not",
    })
    void requirementThatNobodyLooksAtIsInfo(String variable, String value, String says) {
        List<Finding> findings = findings(inPod(program(4711, "12.4.127")
                .environment("NVIDIA_REQUIRE_CUDA", "cuda>=13.0")
                .environment(variable, value)));
        assertThat(findings).extracting(Finding::status).containsOnly(Status.INFO, Status.OK);
        assertThat(findings.getFirst().seen()).contains(says);
    }

    @Test
    void requirementThatHoldsOrCannotBeJudgedIsNothing() {
        for (String asked : List.of("cuda>=12.4", "cuda>=13.0 driver>=550", "cuda>=13.0 brand=tesla", "garbage", "")) {
            assertThat(only(inPod(program(4711, "12.4.127").environment("NVIDIA_REQUIRE_CUDA", asked)))
                            .status())
                    .as(asked)
                    .isEqualTo(Status.OK);
        }
    }

    @Test
    void oldImageAsksForItsOwnCudaButAShellOnAHostDoesNot() {
        GpuHolders old = program(4711, "12.4.127").environment("CUDA_VERSION", "12.8.1");
        assertThat(only(old).status()).isEqualTo(Status.OK);
        assertThat(only(inPod(old)).rule()).contains("ctr.require_unsatisfied");
    }

    @Test
    void capabilitiesWithoutComputeMatterOnlyWhereLibcudaIsMissing() {
        GpuHolders utility = inPod(process(4711)
                .library("/opt/libcudart.so.12.4.127", "12.4.127")
                .version(Trace.MAPPED_LIBRARY, "12.4.127", "/proc/4711/maps", "/opt/libcudart.so.12.4.127")
                .environment("NVIDIA_DRIVER_CAPABILITIES", "utility"));
        assertThat(only(utility).rule()).contains("ctr.cap_missing");
        assertThat(only(utility).status()).isEqualTo(Status.CRITICAL);
        assertThat(only(inPod(program(4712, "12.4.127")).environment("NVIDIA_DRIVER_CAPABILITIES", "utility"))
                        .status())
                .isEqualTo(Status.OK);
        assertThat(only(inPod(process(4713)
                                .command("dcgm-exporter")
                                .library(LIB + "libnvidia-ml.so.550.54.15", "550.54.15")
                                .environment("NVIDIA_DRIVER_CAPABILITIES", "utility")))
                        .status())
                .isEqualTo(Status.OK);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GPU-00000000 | OK",
                "gpu-00000000 | OK",
                "0 | OK",
                "all | OK",
                "void | OK",
                "none | OK",
                "/var/run/nvidia-container-devices | OK",
                "GPU-00000000,GPU-0000000f | WARNING",
                "1 | WARNING",
                "MIG-0000000f-1111 | WARNING",
            })
    void deviceThatIsNamedAndNotThereIsAWarning(String visible, Status status) {
        assertThat(only(inPod(program(4711, "12.4.127").environment("NVIDIA_VISIBLE_DEVICES", visible)))
                        .status())
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"none", "void", "''", "all", "GPU-00000000"})
    void programThatUsesCudaWithoutANodeIsAWarning(String visible) {
        Finding finding = only(inPod(program(4711, "12.4.127")
                .environment("NVIDIA_VISIBLE_DEVICES", visible)
                .deviceNodes("/dev/nvidiactl")));
        assertThat(finding.rule()).contains("ctr.visible_devices");
        assertThat(finding.why()).contains("error 100");
    }

    @Test
    void namedDevicesAreNotHeldAgainstANodeThatIsNotKnownWhole() {
        gpu = gpu.identity(null, "0000:10:00.0");
        assertThat(only(inPod(program(4711, "12.4.127").environment("NVIDIA_VISIBLE_DEVICES", "GPU-0000000f")))
                        .status())
                .isEqualTo(Status.OK);
    }

    @Test
    void variablesForDebuggingAreAWarningUnlessTurnedOff() {
        Finding finding = only(program(4711, "12.4.127")
                .environment("CUDA_LAUNCH_BLOCKING", "1")
                .environment("CUDA_INJECTION64_PATH", "/opt/nsys.so")
                .environment("PYTORCH_NO_CUDA_MEMORY_CACHING", "0"));
        assertThat(finding.rule()).contains("ctr.bad_env");
        assertThat(finding.seen())
                .endsWith(
                        "variables for debugging are set: CUDA_INJECTION64_PATH=/opt/nsys.so, CUDA_LAUNCH_BLOCKING=1");
        assertThat(only(program(4712, "12.4.127").environment("CUDA_LAUNCH_BLOCKING", "0"))
                        .status())
                .isEqualTo(Status.OK);
    }

    @Test
    void evidenceThatDisagreesIsToldAndWhatIsMappedCounts() {
        List<String> said = said(inPod(process(4711)
                .library("/opt/venv/nvidia/cuda_runtime/lib/libcudart.so.12", "12")
                .version(Trace.MAPPED_LIBRARY, "12", "/proc/4711/maps", "/opt/venv/.../libcudart.so.12")
                .version(Trace.WHEEL, "12.4.127", "/proc/4711/root/opt/venv", "nvidia_cuda_runtime_cu12-12.4.127")
                .version(Trace.ENVIRONMENT, "12.1.1", "/proc/4711/environ", "CUDA_VERSION=12.1.1")));
        assertThat(said)
                .containsExactly(
                        "INFO pod default/trainer-0 (main): python3 (pid 4711): CUDA 12.4 by wheel"
                                + " nvidia_cuda_runtime_cu12-12.4.127 counts; other traces: 12.1.1 by environment"
                                + " CUDA_VERSION=12.1.1",
                        "OK node: CUDA 12.4 runs (1)");
    }

    @Test
    void programWithoutATraceIsUnknownAndNoAlarm() {
        assertThat(said(process(4711).library(LIB + "libcuda.so.550.54.15", "550.54.15")))
                .containsExactly(
                        "INFO user alice: python3 (pid 4711): its CUDA version is not known: no trace of a toolkit: its"
                                + " runtime is linked in statically");
    }

    @Test
    void newerThanTheTableIsNotJudgedAndNeverOk() {
        driver("700.10.01", "14.0");
        Finding finding = findings(program(4711, "14.0.1").library(LIB + "libcuda.so.700.10.01", "700.10.01")).stream()
                .filter(found ->
                        found.rule().filter("ctr.cuda_vs_driver"::equals).isPresent())
                .findFirst()
                .orElseThrow();
        assertThat(finding.status()).isEqualTo(Status.INFO);
        assertThat(finding.seen()).contains("is not judged");
        assertThat(finding.why()).contains("newer than this table");
    }

    @Test
    void displayServersAndMonitoringAreNotCudaPrograms() {
        assertThat(said(process(900).command("Xorg").library(LIB + "libnvidia-glcore.so.550.54.15", "550.54.15")))
                .containsExactly("OK node: no CUDA process on a GPU");
        assertThat(said()).containsExactly("OK node: no process on a GPU");
    }

    @Test
    void zombieIsLeftToOthers() {
        assertThat(said(program(4711, "13.0.48").state("Z"))).containsExactly("OK node: no process on a GPU");
    }

    @Test
    void lackOfRightsIsSaidOnceAndIsNoAlarm() {
        GpuHolders[] holders = IntStream.range(0, 6)
                .mapToObj(
                        i -> process(4700 + i).cuda(Reading.missing(Reason.NO_PERMISSION, "/proc/PID/maps", "denied")))
                .toArray(GpuHolders[]::new);
        assertThat(said(holders))
                .containsExactly(
                        "SKIPPED node: 6 processes (pid 4700, 4701, 4702, 4703 and 2 more) not judged: no permission");
    }

    @Test
    void lookThatFailedIsUnknownAndTheOthersAreJudged() {
        assertThat(said(
                        program(1, "13.0.48"),
                        process(2).cuda(Reading.missing(Reason.TIMED_OUT, "/proc/2/maps", "no answer in 2 s"))))
                .hasSize(2)
                .anyMatch(line -> line.startsWith("CRITICAL user alice: python3 (pid 1): "))
                .anyMatch(line -> line.equals("UNKNOWN node: 1 process (pid 2) not judged: no answer in 2 s"));
    }

    @Test
    void processThatEndedMeanwhileIsNoAlarm() {
        assertThat(said(process(2)
                        .cuda(Reading.missing(Reason.FAILED, "/proc/2", "process 2 ended while it was read"))))
                .containsExactly("SKIPPED node: 1 process (pid 2) not judged: process 2 ended while it was read");
    }

    @Test
    void nodeWhoseProcessesNobodyLookedAtIsSkipped() {
        assertThat(Evidences.of(node.gpu(gpu.build()).build()).said("cuda-compat"))
                .containsExactly("SKIPPED node: processes: processes were not read");
    }

    @Test
    void specificationOfAnOlderDriverStopsContainers() {
        node.with(HostQuantities.CDI_SPECS, "/etc/cdi/nvidia.yaml")
                .with(HostQuantities.CDI_MISSING_FILES, LIB + "libcuda.so.535.129.03");
        Finding finding = findings().getFirst();
        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
        assertThat(finding.rule()).contains("ctr.cdi_stale");
        assertThat(finding.actions().getFirst()).contains("nvidia-ctk cdi generate");
    }

    @Test
    void specificationThatIsWholeOrAbsentIsNothing() {
        node.with(HostQuantities.CDI_MISSING_FILES, "");
        assertThat(said()).containsExactly("OK node: no process on a GPU");
    }

    @Test
    void containersThatAReloadOfSystemdWouldRobAreCountedOnce() {
        node.with(HostQuantities.DEVICE_LINKS, false);
        assertThat(said(inPod(program(1, "12.4.127")), inPod(program(2, "12.4.127")), program(3, "12.4.127")))
                .contains(
                        "INFO node: 1 container may lose the GPUs at the next systemctl daemon-reload: /dev/char has no"
                                + " link to NVIDIA's nodes")
                .hasSize(2);
        assertThat(said(program(3, "12.4.127"))).hasSize(1);
        node.with(HostQuantities.DEVICE_LINKS, true);
        assertThat(said(inPod(program(1, "12.4.127")))).hasSize(1);
    }

    @Test
    void aContainerThatHasLostItsDevicesIsAWarningOnce() {
        String rules = "/sys/fs/cgroup/devices/kubepods/pod1/devices.list";
        GpuHolders first = inPod(program(1, "12.4.127")).deviceAccess(false, rules);
        GpuHolders second = inPod(program(2, "12.4.127")).deviceAccess(false, rules);
        List<Finding> lost = findings(first, second).stream()
                .filter(finding -> finding.rule().equals(java.util.Optional.of("ctr.devices_lost")))
                .toList();
        assertThat(lost).singleElement().satisfies(finding -> {
            assertThat(finding.status()).isEqualTo(Status.WARNING);
            assertThat(finding.seen())
                    .isEqualTo(
                            "its control group no longer allows NVIDIA's devices; pid 1, 2 have them open from before");
            assertThat(finding.actions().getFirst()).isEqualTo("restart the container");
            assertThat(finding.subject().toString()).contains("trainer-0");
        });
    }

    @Test
    void rulesThatAllowTheDevicesOrADeviceThatIsNotOpenAreNoLoss() {
        String rules = "/sys/fs/cgroup/devices/devices.list";
        assertThat(said(
                        inPod(program(1, "12.4.127")).deviceAccess(true, rules),
                        inPod(program(2, "12.4.127")).openDevices().deviceAccess(false, rules),
                        inPod(program(3, "12.4.127"))
                                .openDevices("/dev/nvidia-uvm")
                                .deviceAccess(false, rules)))
                .noneMatch(line -> line.contains("control group"));
    }

    @Test
    void thatALossCannotBeReadIsSaidWithThePrediction() {
        node.with(HostQuantities.DEVICE_LINKS, false);
        assertThat(findings(inPod(program(1, "12.4.127"))).getFirst().why()).contains("version 2 do not tell");
        assertThat(findings(inPod(program(1, "12.4.127")).deviceAccess(true, "/sys/fs/cgroup/devices/devices.list"))
                        .getFirst()
                        .why())
                .doesNotContain("version 2");
    }

    @Test
    void everyFindingNamesARuleOfTheCheck() {
        GpuHolders odd = inPod(program(4711, "13.0.48")
                .deletedLibrary(LIB + "libnvidia-ml.so.535.129.03", "535.129.03")
                .environment("CUDA_LAUNCH_BLOCKING", "1")
                .environment("NVIDIA_VISIBLE_DEVICES", "7")
                .environment("NVIDIA_REQUIRE_CUDA", "cuda>=13.0")
                .version(Trace.IMAGE, "12.1", "config.json", "CUDA_VERSION=12.1"));
        List<String> rules = new CudaCompatCheck()
                .spec().rules().stream().map(dev.gpudiag.checks.Rule::id).toList();
        assertThat(findings(odd))
                .hasSize(6)
                .allSatisfy(finding -> assertThat(rules).contains(finding.rule().orElse("none")));
    }
}
