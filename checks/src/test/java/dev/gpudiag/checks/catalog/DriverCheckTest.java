package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.HostQuantities.CUDA_DRIVER_VERSION;
import static dev.gpudiag.telemetry.HostQuantities.DRIVER_INSTALLED;
import static dev.gpudiag.telemetry.HostQuantities.DRIVER_VERSION;
import static dev.gpudiag.telemetry.HostQuantities.IN_CONTAINER;
import static dev.gpudiag.telemetry.HostQuantities.LIBRARY_PATH;
import static dev.gpudiag.telemetry.HostQuantities.LIBRARY_VERSION;
import static dev.gpudiag.telemetry.HostQuantities.MODULE_FLAVOUR;
import static dev.gpudiag.telemetry.HostQuantities.MODULE_LOADED;
import static dev.gpudiag.telemetry.HostQuantities.MODULE_ON_DISK_VERSION;
import static dev.gpudiag.telemetry.HostQuantities.MODULE_VERSION;
import static dev.gpudiag.telemetry.HostQuantities.NOUVEAU_LOADED;
import static dev.gpudiag.telemetry.HostQuantities.NVML_VERSION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Evidences;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.DeviceNode;
import dev.gpudiag.telemetry.DeviceNode.Kind;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSamples;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DriverCheckTest {

    private static CheckResult driver(NodeSamples node) {
        return Evidences.of(node.build()).result("driver");
    }

    private static Finding worst(NodeSamples node) {
        return driver(node).findings().getFirst();
    }

    private static NodeSamples notLoaded() {
        return NodeSamples.bare().device("0000:10:00.0", null).with(DRIVER_INSTALLED, true);
    }

    @Test
    void anAgentThatDiedInACallIsToldBesideTheDriversOwnState() {
        String died = "gpudiag 1.0 (pid 7) ended without being asked to: it was killed, or crashed, in nvmlInit_v2";

        var found = Evidences.of(NodeSamples.working()
                        .gpu(GpuSamples.h100(0).build())
                        .with(HostQuantities.AGENT_DIED, died)
                        .build())
                .report()
                .result("driver")
                .orElseThrow();

        assertThat(found.findings()).anySatisfy(finding -> {
            assertThat(finding.status()).isEqualTo(Status.INFO);
            assertThat(finding.seen()).isEqualTo(died);
            assertThat(finding.rule()).contains("drv.agent_died");
        });
    }

    @Test
    void aWorkingDriverSaysBothVersionsAndCuda() {
        assertThat(driver(NodeSamples.working().gpu(GpuSamples.h100(0).build())).summary())
                .isEqualTo("kernel module 550.54.15 = NVML library 550.54.15, CUDA 12.4");
        assertThat(driver(NodeSamples.working()).status()).isEqualTo(Status.OK);
    }

    @Test
    void aNodeWithNothingOfNvidiasIsSkipped() {
        CheckResult result = driver(NodeSamples.bare());

        assertThat(result.status()).isEqualTo(Status.SKIPPED);
        assertThat(result.summary()).isEqualTo("no NVIDIA hardware");
    }

    @Test
    void aMachineWithoutAPciBusHasNoHardware() {
        assertThat(driver(NodeSamples.bare().noBus(Reason.NOT_SUPPORTED)).summary())
                .isEqualTo("no NVIDIA hardware");
    }

    @Test
    void aBusThatCannotBeReadIsNotTakenForAnEmptyOne() {
        assertThat(driver(NodeSamples.bare().noBus(Reason.NO_PERMISSION)).status())
                .isEqualTo(Status.UNKNOWN);
    }

    @Test
    void aNodeThatHadGpusIsNeverWithoutHardware() {
        CheckResult result = Evidences.of(NodeSamples.bare().build())
                .baseline(GpuSamples.h100(0).build().identity())
                .result("driver");

        assertThat(result.status()).isEqualTo(Status.CRITICAL);
        assertThat(result.findings().getFirst().seen()).contains("no GPU on the PCI bus");
    }

    @Test
    void aNodeThatMustHaveGpusIsNeverWithoutHardware() {
        assertThat(Evidences.of(NodeSamples.bare().build())
                        .set("devices.expect-count", "8")
                        .result("driver")
                        .status())
                .isEqualTo(Status.CRITICAL);
    }

    @Test
    void aNodeThatMustHaveNoGpuMayBeWithoutHardware() {
        assertThat(Evidences.of(NodeSamples.bare().build())
                        .set("devices.expect-count", "0")
                        .result("driver")
                        .summary())
                .isEqualTo("no NVIDIA hardware");
    }

    @Test
    void aLibraryThatIsNamedOnAMachineWithoutGpuIsADriverThatIsNotLoaded() {
        Finding finding = worst(NodeSamples.bare()
                .with(LIBRARY_PATH, "/opt/libnvidia-ml.so.535.261.03")
                .with(LIBRARY_VERSION, "535.261.03")
                .nvml(Reading.missing(Reason.FAILED, "nvmlInit_v2", "nvmlInit not called: not loaded")));

        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
        assertThat(finding.seen()).startsWith("driver not loaded").contains("library 535.261.03");
    }

    @Test
    void aGpuWithoutAnyDriverAsksForOneToBeInstalled() {
        Finding finding = worst(NodeSamples.bare().device("0000:10:00.0", null));

        assertThat(finding.seen()).isEqualTo("1 NVIDIA GPU and no driver: kernel module not loaded");
        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
        assertThat(finding.actions().getFirst()).startsWith("install the driver");
        assertThat(finding.evidence()).anyMatch(proof -> proof.value().contains("0000:10:00.0 (no driver)"));
    }

    @Test
    void aModuleOnDiskThatIsNotLoadedAsksForModprobeAndSecureBoot() {
        Finding finding = worst(notLoaded().with(MODULE_ON_DISK_VERSION, "550.54.15"));

        assertThat(finding.seen()).isEqualTo("driver not loaded: no kernel module nvidia, module 550.54.15 on disk");
        assertThat(finding.actions().getFirst()).isEqualTo("modprobe nvidia");
        assertThat(finding.actions()).anyMatch(action -> action.contains("Secure Boot"));
    }

    @Test
    void aModuleThatWasNotBuiltForThisKernelAsksForDkms() {
        Finding finding = worst(notLoaded()
                .with(
                        MODULE_ON_DISK_VERSION,
                        Reading.missing(Reason.NOT_SUPPORTED, "/lib/modules/6.8.0-45-generic", "no nvidia module")));

        assertThat(finding.seen()).isEqualTo("driver not loaded: no kernel module nvidia for 6.8.0-45-generic");
        assertThat(finding.actions()).anyMatch(action -> action.contains("dkms"));
    }

    @Test
    void aModuleWhoseVersionCannotBeReadIsStillOnDisk() {
        Finding finding = worst(notLoaded()
                .with(
                        MODULE_ON_DISK_VERSION,
                        Reading.missing(
                                Reason.NOT_SUPPORTED, "/lib/modules/6.8.0/updates/dkms/nvidia.ko.zst", "compressed")));

        assertThat(finding.actions().getFirst()).isEqualTo("modprobe nvidia");
    }

    @Test
    void aContainerIsSentToItsHost() {
        Finding finding = worst(notLoaded().with(IN_CONTAINER, true));

        assertThat(finding.actions().getFirst()).startsWith("on the host: modprobe nvidia");
    }

    @ParameterizedTest
    @CsvSource({
        "0x1b80, 590.44.01, no longer runs Pascal", // GTX 1080
        "0x1db6, 595.71.05, no longer runs Volta", // V100
        "0x1381, 610.57.04, no longer runs Maxwell",
        "0x102d, 535.183.01, no longer runs Kepler", // K80
        "0x2901, 550.54.15, too old for Blackwell", // B200
        "0x2330, 515.105.01, too old for Hopper",
        "0x20b0, 440.33.01, too old for Ampere", // A100
        "0x2235, 450.80.02, too old for Ampere", // A40
        "0x26b9, 510.47.03, too old for Ada" // L40S
    })
    void aDriverThatDoesNotSupportTheGpuIsNamedAsTheCause(String device, String version, String why) {
        Finding finding = worst(NodeSamples.bare()
                .device("0000:10:00.0", null, Integer.decode(device))
                .with(DRIVER_INSTALLED, true)
                .with(MODULE_ON_DISK_VERSION, version));

        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
        assertThat(finding.seen()).contains("driver not loaded", why, version);
        assertThat(finding.actions().getFirst()).startsWith("install a driver of branch");
    }

    @ParameterizedTest
    @CsvSource({
        "0x1b80, 580.95.05",
        "0x1db6, 580.95.05",
        "0x102d, 470.256.02",
        "0x2901, 570.26",
        "0x2330, 525.60.13",
        "0x20b0, 450.51.06",
        "0x1eb8, 595.71.05",
        "0x3fff, 700.10",
        "0x2330, unknown"
    })
    void aDriverThatSupportsTheGpuIsNotBlamed(String device, String version) {
        Finding finding = worst(NodeSamples.bare()
                .device("0000:10:00.0", null, Integer.decode(device))
                .with(DRIVER_INSTALLED, true)
                .with(MODULE_ON_DISK_VERSION, version));

        assertThat(finding.seen()).startsWith("driver not loaded: no kernel module nvidia");
    }

    @Test
    void oneSupportedGpuIsEnoughForTheModuleToLoad() {
        Finding finding = worst(NodeSamples.bare()
                .device("0000:10:00.0", null, 0x1b80)
                .device("0000:11:00.0", null, 0x2330)
                .with(MODULE_ON_DISK_VERSION, "595.71.05"));

        assertThat(finding.seen()).doesNotContain("Pascal");
    }

    @ParameterizedTest
    @CsvSource({"0x1b80, open, has no GSP", "0x2901, proprietary, the open one does"})
    void theWrongFlavourOfModuleIsNamed(String device, String flavour, String why) {
        Finding finding = worst(NodeSamples.working()
                .nvmlFails(9, "Driver Not Loaded")
                .device("0000:10:00.0", null, Integer.decode(device))
                .with(MODULE_VERSION, "575.57.08")
                .with(LIBRARY_VERSION, "575.57.08")
                .without(NVML_VERSION)
                .with(MODULE_FLAVOUR, flavour));

        assertThat(finding.seen()).contains(why);
    }

    @Test
    void aGpuThatADriverListsAndNoLongerSupportsIsCritical() {
        CheckResult result = driver(NodeSamples.working()
                .with(MODULE_VERSION, "595.71.05")
                .with(NVML_VERSION, "13.595.71.05")
                .with(LIBRARY_VERSION, "595.71.05")
                .gpu(GpuSamples.h100(0)
                        .with(GpuQuantities.COMPUTE_CAPABILITY, "7.0")
                        .build()));

        assertThat(result.status()).isEqualTo(Status.CRITICAL);
        assertThat(result.summary()).contains("gpu 0", "no longer runs Volta");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nouveau", "nova_core", "nova"})
    void aGpuThatNouveauHoldsIsCritical(String driver) {
        Finding finding =
                worst(NodeSamples.bare().device("0000:10:00.0", driver).with(NOUVEAU_LOADED, true));

        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
        assertThat(finding.seen()).isEqualTo("1 GPU bound to " + driver + ", not to nvidia");
        assertThat(finding.actions().getFirst()).contains("blacklist " + driver);
    }

    @Test
    void nouveauThatIsLoadedAndHoldsNothingIsWorthAWordOnly() {
        CheckResult result =
                driver(NodeSamples.working().gpu(GpuSamples.h100(0).build()).with(NOUVEAU_LOADED, true));

        assertThat(result.status()).isEqualTo(Status.INFO);
    }

    @Test
    void gpusOfVirtualMachinesAreIntended() {
        CheckResult result =
                driver(NodeSamples.bare().device("0000:10:00.0", "vfio-pci").device("0000:11:00.0", "vfio-pci"));

        assertThat(result.status()).isEqualTo(Status.INFO);
        assertThat(result.summary()).isEqualTo("2 GPUs given to virtual machines (vfio-pci)");
    }

    @Test
    void gpusOfVirtualMachinesDoNotHideAGpuWithoutDriver() {
        CheckResult result =
                driver(NodeSamples.bare().device("0000:10:00.0", "vfio-pci").device("0000:11:00.0", null));

        assertThat(result.status()).isEqualTo(Status.CRITICAL);
        assertThat(result.findings()).hasSize(2);
    }

    @Test
    void returnCode18IsAVersionMismatch() {
        Finding finding = worst(NodeSamples.broken(18, "Driver/library version mismatch")
                .with(MODULE_VERSION, "535.161.08")
                .with(LIBRARY_VERSION, "535.183.01"));

        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
        assertThat(finding.seen()).isEqualTo("version mismatch: kernel module 535.161.08, NVML library 535.183.01");
        assertThat(finding.actions()).noneMatch(action -> action.contains("container"));
        assertThat(finding.evidence())
                .anyMatch(proof -> proof.source().equals("nvmlInit_v2")
                        && proof.value().equals("Driver/library version mismatch (18)"));
    }

    @Test
    void aMismatchWithoutAnyVersionIsStillOne() {
        Finding finding =
                worst(NodeSamples.broken(18, "mismatch").without(MODULE_VERSION).without(LIBRARY_VERSION));

        assertThat(finding.seen())
                .isEqualTo("version mismatch: kernel module unknown, NVML library of another version");
    }

    @Test
    void aMismatchInAContainerAsksToRestartIt() {
        Finding finding = worst(NodeSamples.broken(18, "mismatch").with(IN_CONTAINER, true));

        assertThat(finding.actions().getFirst()).startsWith("restart this container");
    }

    @Test
    void versionsThatDifferExplainAnUnknownError() {
        assertThat(worst(NodeSamples.broken(999, "Unknown Error").with(LIBRARY_VERSION, "560.35.03"))
                        .seen())
                .startsWith("version mismatch");
    }

    @Test
    void aLibraryThatWasReplacedUnderARunningAgentIsAWarning() {
        CheckResult result = driver(NodeSamples.working().with(LIBRARY_VERSION, "560.35.03"));

        assertThat(result.status()).isEqualTo(Status.WARNING);
        assertThat(result.summary()).contains("550.54.15", "560.35.03");
    }

    @Test
    void anotherModuleOnDiskIsWorthAWordOnly() {
        CheckResult result = driver(NodeSamples.working().with(MODULE_ON_DISK_VERSION, "560.35.03"));

        assertThat(result.status()).isEqualTo(Status.INFO);
        assertThat(result.summary()).isEqualTo("kernel module 550.54.15 is loaded, 560.35.03 is on disk");
    }

    @Test
    void aLoadedModuleWithoutLibraryIsCritical() {
        Finding finding = worst(NodeSamples.broken(12, "libnvidia-ml.so.1 not found")
                .without(LIBRARY_PATH)
                .without(LIBRARY_VERSION));

        assertThat(finding.seen()).startsWith("library missing: no libnvidia-ml.so.1");
        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
    }

    @Test
    void aLibraryThatCouldNotBeOpenedForWantOfOneNeedsNoReturnCode() {
        Finding finding = worst(NodeSamples.broken(0, "")
                .without(LIBRARY_PATH)
                .without(LIBRARY_VERSION)
                .nvml(Reading.missing(Reason.FAILED, "dlopen", "cannot open shared object file")));

        assertThat(finding.seen()).startsWith("library missing");
    }

    @Test
    void aContainerWithoutLibraryIsToldOfTheRuntime() {
        Finding finding = worst(NodeSamples.broken(12, "not found")
                .without(LIBRARY_PATH)
                .without(LIBRARY_VERSION)
                .with(IN_CONTAINER, true));

        assertThat(finding.actions().getFirst()).contains("--gpus all");
    }

    @Test
    void aLibraryThatIsNoNvmlIsNamed() {
        Finding finding = worst(
                NodeSamples.broken(0, "").nvml(Reading.missing(Reason.SYMBOL_MISSING, "dlsym", "no nvmlInit_v2")));

        assertThat(finding.seen()).isEqualTo("/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1 is not a usable NVML");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 17})
    void noPermissionIsCriticalAndSaysWhoMay(int code) {
        Finding finding = worst(NodeSamples.broken(code, "Insufficient Permissions"));

        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
        assertThat(finding.seen()).isEqualTo("no permission to use the driver");
        assertThat(finding.actions().getFirst()).contains("ls -l /dev/nvidia*");
    }

    @Test
    void aControlNodeThatCannotBeOpenedExplainsAnUnknownError() {
        Finding finding = worst(NodeSamples.broken(999, "Unknown Error")
                .node(new DeviceNode("/dev/nvidiactl", Kind.CHARACTER_DEVICE, 195, 255, false)));

        assertThat(finding.seen()).isEqualTo("no permission: /dev/nvidiactl cannot be opened");
    }

    @Test
    void aContainerThatLostItsDevicesIsToldWhy() {
        Finding finding =
                worst(NodeSamples.broken(4, "Insufficient Permissions").with(IN_CONTAINER, true));

        assertThat(finding.actions()).anyMatch(action -> action.contains("systemd"));
    }

    @ParameterizedTest
    @CsvSource({
        "/dev/nvidiactl, ABSENT, -1, -1, /dev/nvidiactl is missing",
        "/dev/nvidia0, ABSENT, -1, -1, /dev/nvidia0 is missing",
        "/dev/nvidiactl, SOMETHING_ELSE, -1, -1, /dev/nvidiactl is not a device node",
        "/dev/nvidiactl, CHARACTER_DEVICE, 195, 254, '/dev/nvidiactl is 195:254, not 195:255'",
        "/dev/nvidia0, CHARACTER_DEVICE, 195, 1, '/dev/nvidia0 is 195:1, not 195:0'",
        "/dev/nvidia0, CHARACTER_DEVICE, 510, 0, '/dev/nvidia0 is 510:0, not 195:0'",
        "/dev/nvidia0, SOMETHING_ELSE, 1, 3, '/dev/nvidia0 leads to 1:3, not to the driver'"
    })
    void deviceNodesThatDoNotLeadToTheDriverAreNamed(String path, Kind kind, int major, int minor, String problem) {
        Finding finding =
                worst(NodeSamples.broken(9, "Driver Not Loaded").node(new DeviceNode(path, kind, major, minor, true)));

        assertThat(finding.seen()).isEqualTo("device nodes: " + problem);
        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
        assertThat(finding.actions()).anyMatch(action -> action.contains("nvidia-modprobe"));
    }

    @Test
    void anAbsentUvmNodeOfAWorkingDriverIsNoProblem() {
        CheckResult result =
                driver(NodeSamples.working().node(new DeviceNode("/dev/nvidia-uvm", Kind.ABSENT, -1, -1, false)));

        assertThat(result.status()).isEqualTo(Status.INFO);
        assertThat(result.summary()).contains("/dev/nvidia-uvm is not there yet");
    }

    @Test
    void aWrongNodeOfAWorkingDriverIsAWarning() {
        assertThat(driver(NodeSamples.working().node("/dev/nvidia1", 195, 7)).status())
                .isEqualTo(Status.WARNING);
    }

    @Test
    void aModesetNodeOfItsOwnNumberIsRight() {
        assertThat(driver(NodeSamples.working().node("/dev/nvidia-modeset", 195, 254))
                        .status())
                .isEqualTo(Status.OK);
    }

    @Test
    void aDriverThatDoesNotAnswerIsCriticalNotUnknown() {
        Finding finding = worst(NodeSamples.broken(0, "")
                .nvml(Reading.missing(Reason.TIMED_OUT, "nvmlInit_v2", "nvmlInit_v2 has not returned for 12 s")));

        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
        assertThat(finding.seen()).isEqualTo("driver does not answer: nvmlInit_v2 has not returned for 12 s");
    }

    @ParameterizedTest
    @CsvSource({"9, Driver Not Loaded", "999, Unknown Error", "10, Timeout", "12345, ''"})
    void anyOtherReturnCodeOfALoadedModuleIsCriticalWithItsNumber(int code, String text) {
        Finding finding = worst(NodeSamples.broken(code, text));

        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
        assertThat(finding.seen()).startsWith("NVML does not start:").contains("(" + code + ")");
        assertThat(finding.actions()).anyMatch(action -> action.contains("dmesg"));
    }

    @Test
    void returnCode15IsALostGpu() {
        assertThat(worst(NodeSamples.broken(15, "GPU is lost")).seen())
                .isEqualTo("NVML does not start: a GPU is lost: GPU is lost (15)");
    }

    @Test
    void returnCode9WithoutAnyViewOfTheHostIsADriverThatIsNotLoaded() {
        Finding finding = worst(
                NodeSamples.working().recorded().with(DRIVER_INSTALLED, true).nvmlFails(9, "Driver Not Loaded"));

        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
        assertThat(finding.seen()).startsWith("driver not loaded");
    }

    @Test
    void aRecordingThatHoldsTheDriverVersionOnlyIsOk() {
        CheckResult result = driver(NodeSamples.working()
                .recorded()
                .with(DRIVER_VERSION, "470.82.01")
                .with(CUDA_DRIVER_VERSION, "11.4"));

        assertThat(result.status()).isEqualTo(Status.OK);
        assertThat(result.summary()).isEqualTo("driver 470.82.01, CUDA 11.4");
    }

    @Test
    void aRecordingThatDoesNotSayWhetherNvmlStartedIsNoAlarm() {
        NodeSamples node = NodeSamples.working()
                .recorded()
                .nvml(Reading.notRead("not in this recording"))
                .listed(GpuSamples.h100(0).build());

        assertThat(driver(node).status()).isEqualTo(Status.SKIPPED);
        assertThat(driver(node.with(DRIVER_VERSION, "550.54.15")).status()).isEqualTo(Status.OK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"11.470.256.02", "470.256.02"})
    void theCudaMajorBeforeNvmlsVersionIsNoDifference(String nvml) {
        assertThat(driver(NodeSamples.working()
                                .with(MODULE_VERSION, "470.256.02")
                                .with(MODULE_ON_DISK_VERSION, "470.256.02")
                                .with(LIBRARY_VERSION, "470.256.02")
                                .with(NVML_VERSION, nvml))
                        .status())
                .isEqualTo(Status.OK);
    }

    @Test
    void everyFailureSaysWhyAndWhatToDo() {
        for (int code : new int[] {4, 9, 12, 15, 17, 18, 999}) {
            Finding finding = worst(NodeSamples.broken(code, "text"));
            assertThat(finding.seen()).as("length of " + code).hasSizeLessThan(90);
            assertThat(finding.why()).as("why of " + code).isNotEmpty();
            assertThat(finding.actions()).as("actions of " + code).isNotEmpty();
            assertThat(finding.evidence()).as("evidence of " + code).isNotEmpty();
        }
    }

    @Test
    void aModuleThatIsNotLoadedBeatsTheReturnCode() {
        assertThat(worst(notLoaded().with(MODULE_LOADED, false).nvmlFails(999, "Unknown Error"))
                        .seen())
                .startsWith("driver not loaded");
    }
}
