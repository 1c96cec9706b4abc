package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.*;
import static dev.gpudiag.telemetry.HostQuantities.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.Evidences;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.NodeSamples;
import dev.gpudiag.telemetry.Reading.Reason;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DriverInstallCheckTest {

    private static final String OK = "OK node: what was found fits the driver";

    /** Of a branch that has not ended. */
    private static final String RUNNING = "570.86.15";

    private static NodeSamples node(GpuSamples gpu) {
        return NodeSamples.working()
                .with(MODULE_VERSION, RUNNING)
                .with(MODULE_ON_DISK_VERSION, RUNNING)
                .with(LIBRARY_VERSION, RUNNING)
                .with(DRIVER_VERSION, RUNNING)
                .with(KERNEL_RELEASE, "6.8.0-45-generic")
                .gpu(gpu.build());
    }

    private static NodeSamples node() {
        return node(GpuSamples.h100(0));
    }

    private static List<String> said(NodeSamples node) {
        return Evidences.of(node.build()).said("driver-install");
    }

    @Test
    void aDriverWhosePartsFitIsOk() {
        assertThat(said(node())).containsExactly(OK);
    }

    @Test
    void aNextKernelWithoutAModuleIsAWarning() {
        assertThat(said(node().with(NEXT_KERNEL, "6.8.0-49-generic").with(NEXT_KERNEL_HAS_MODULE, false)))
                .containsExactly("WARNING node: kernel 6.8.0-49-generic is installed and has no nvidia module;"
                        + " 6.8.0-45-generic has one");
    }

    @Test
    void aNextKernelWithAModuleOrADriverFromAContainerIsNone() {
        assertThat(said(node().with(NEXT_KERNEL, "6.8.0-49-generic").with(NEXT_KERNEL_HAS_MODULE, true)))
                .containsExactly(OK);
        assertThat(said(node().without(MODULE_ON_DISK_VERSION)
                        .with(NEXT_KERNEL, "6.8.0-49-generic")
                        .with(NEXT_KERNEL_HAS_MODULE, false)))
                .as("the running kernel has no module on disk either: it comes from a driver container")
                .containsExactly(OK);
    }

    @Test
    void firmwareOfAnotherVersionIsAWarning() {
        assertThat(said(node(GpuSamples.h100(0).with(GSP_FIRMWARE_VERSION, "535.183.01"))))
                .containsExactly("WARNING gpu 0: GSP firmware 535.183.01 runs under driver 570.86.15");
        assertThat(said(node(GpuSamples.h100(0).with(GSP_FIRMWARE_VERSION, "570.40.07"))))
                .as("of the same branch")
                .containsExactly("INFO gpu 0: GSP firmware 570.40.07 runs under driver 570.86.15");
    }

    @Test
    void firmwareThatIsOnDiskForOtherDriversOnlyIsAWarning() {
        GpuSamples gpu = GpuSamples.h100(0).with(GSP_FIRMWARE_VERSION, RUNNING);

        assertThat(said(node(gpu).with(GSP_FIRMWARE_ON_DISK, "535.183.01, 545.23.08")))
                .containsExactly("WARNING gpu 0: no GSP firmware on disk for driver 570.86.15, only for 535.183.01,"
                        + " 545.23.08");
        assertThat(said(node(gpu).with(GSP_FIRMWARE_ON_DISK, "535.183.01, 570.86.15")))
                .containsExactly(OK);
        assertThat(said(node(gpu))).as("nobody found any: it may lie elsewhere").containsExactly(OK);
    }

    @Test
    void aChipWithoutFirmwareAndADriverWithoutTheCallAreWell() {
        assertThat(said(node(GpuSamples.h100(0).with(GSP_FIRMWARE_MODE, false))
                        .with(GSP_FIRMWARE_ON_DISK, "535.183.01")))
                .containsExactly(OK);
        assertThat(said(node(GpuSamples.h100(0).without(GSP_FIRMWARE_VERSION, Reason.SYMBOL_MISSING))))
                .containsExactly(OK);
        assertThat(said(node(GpuSamples.h100(0).with(GSP_FIRMWARE_VERSION, "N/A"))))
                .containsExactly(OK);
    }

    @ParameterizedTest
    @CsvSource({
        "470.82.01, 2026-11-23, INFO",
        "535.183.01, 2026-06-30, OK",
        "535.183.01, 2026-07-01, INFO",
        "580.65.06, 2026-11-23, OK",
        "580.65.06, 2028-07-01, INFO",
        "999.10, 2026-11-23, OK",
        "545.23.08, 2026-11-23, OK",
    })
    void aBranchThatHasEndedIsToldWithTheDateOfTheTable(String version, String date, Status status) {
        Instant now = Instant.parse(date + "T12:00:00Z");
        var result = Evidences.of(NodeSamples.working()
                        .with(MODULE_VERSION, version)
                        .with(DRIVER_VERSION, version)
                        .with(NVML_VERSION, "12." + version)
                        .with(LIBRARY_VERSION, version)
                        .with(MODULE_ON_DISK_VERSION, version)
                        .at(now)
                        .gpu(GpuSamples.h100(0).at(now).build())
                        .build())
                .result("driver-install");

        assertThat(result.status()).isEqualTo(status);
        if (status == Status.INFO) {
            assertThat(result.findings().getFirst().limit()).isEqualTo("table of 2026-11-23");
        }
    }

    @Test
    void persistenceThatIsOffIsTold() {
        assertThat(said(node(GpuSamples.h100(0).with(PERSISTENCE_MODE, false))))
                .containsExactly("INFO gpu 0: persistence mode is off");
    }

    @Test
    void persistenceIsNotMissedWhereItMeansNothing() {
        GpuSamples off = GpuSamples.h100(0).with(PERSISTENCE_MODE, false);

        assertThat(said(node(off).with(PERSISTENCED_RUNNING, true))).containsExactly(OK);
        assertThat(said(node(off).with(IN_CONTAINER, true))).containsExactly(OK);
        assertThat(said(node(GpuSamples.h100(0).with(PERSISTENCE_MODE, false).with(DISPLAY_ACTIVE, true))))
                .containsExactly(OK);
        assertThat(said(node(GpuSamples.h100(0).with(PERSISTENCE_MODE, false).with(DRIVER_MODEL, "TCC"))))
                .containsExactly(OK);
        assertThat(said(node(GpuSamples.h100(0).named("NVIDIA GeForce RTX 4090").with(PERSISTENCE_MODE, false))))
                .containsExactly(OK);
        assertThat(said(node(GpuSamples.h100(0).without(PERSISTENCE_MODE, Reason.NOT_SUPPORTED))))
                .containsExactly(OK);
    }

    @ParameterizedTest
    @CsvSource({
        "unattended-upgrade, WARNING, apt-mark hold",
        "cloud extension, WARNING, NvidiaGpuDriverLinux",
        "dnf, INFO, dnf versionlock",
        "apt, INFO, apt-mark hold",
    })
    void whoReplacedALoadedDriverIsNamedWithHowToPinIt(String whose, Status status, String pin) {
        Finding finding = Evidences.of(node().with(LIBRARY_VERSION, "570.124.06")
                        .with(DRIVER_CHANGE, "2026-11-20 06:12:33: libnvidia-compute-570 570.86.15 -> 570.124.06")
                        .with(DRIVER_CHANGED_BY, whose)
                        .build())
                .result("driver-install")
                .findings()
                .getFirst();

        assertThat(finding.status()).isEqualTo(status);
        assertThat(finding.causedBy()).contains("driver");
        assertThat(finding.seen()).contains(whose, "570.86.15 -> 570.124.06");
        assertThat(finding.actions()).anyMatch(action -> action.contains(pin));
    }

    @Test
    void anUpgradeThatOnlyWaitsForTheRebootIsAWordAndOneThatIsLoadedIsNone() {
        NodeSamples upgraded = node().with(DRIVER_CHANGE, "2026-11-20 06:12:33: x 1 -> 2")
                .with(DRIVER_CHANGED_BY, "unattended-upgrade");

        assertThat(said(upgraded)).containsExactly(OK);
        assertThat(said(upgraded.with(MODULE_ON_DISK_VERSION, "570.124.06")).getFirst())
                .startsWith("INFO node: the driver was replaced by itself (unattended-upgrade)");
    }

    @Test
    void aMissingNvidiaSmiIsAWordOnlyAndOnlyWhereTheDriverWorks() {
        assertThat(said(node().with(NVIDIA_SMI_INSTALLED, false)))
                .containsExactly("INFO node: the driver works; nvidia-smi is not installed");
        assertThat(said(NodeSamples.broken(9, "not loaded")
                        .with(MODULE_VERSION, RUNNING)
                        .with(LIBRARY_VERSION, RUNNING)
                        .with(NVIDIA_SMI_INSTALLED, false)))
                .containsExactly("SKIPPED node: no working driver: see the check driver");
    }

    @Test
    void aToolkitThatCallsALdconfigThatIsNotThereIsAWarning() {
        assertThat(said(node().with(TOOLKIT_MISSING_LDCONFIG, "/sbin/ldconfig.real")))
                .containsExactly("WARNING node: the container toolkit is told to run /sbin/ldconfig.real, which is"
                        + " not there");
        assertThat(said(node().with(TOOLKIT_MISSING_LDCONFIG, ""))).containsExactly(OK);
    }

    @Test
    void aFabricManagerOfAnotherVersionIsAWarning() {
        assertThat(said(node().with(FABRIC_MANAGER_VERSION, "570.124.06")))
                .containsExactly("WARNING node: fabric manager 570.124.06 is installed for driver 570.86.15");
        assertThat(said(node().with(FABRIC_MANAGER_VERSION, RUNNING))).containsExactly(OK);
    }

    @Test
    void aVirtualGpuSaysWhatItCannotTellAndIsNotAskedForPersistence() {
        assertThat(said(node(
                        GpuSamples.h100(0).with(VIRTUALIZATION_MODE, "VGPU").with(PERSISTENCE_MODE, false))))
                .containsExactly("INFO gpu 0: is a virtual GPU (vGPU), licence not known");
    }

    @Test
    void aVirtualGpuWithoutLicenceIsAWarning() {
        GpuSamples vgpu = GpuSamples.h100(0).with(VIRTUALIZATION_MODE, "VGPU").with(VGPU_PRODUCT, "NVIDIA vCS");
        assertThat(said(node(vgpu.with(VGPU_LICENSED, false))))
                .containsExactly("WARNING gpu 0: is a virtual GPU (vGPU), NVIDIA vCS is not licensed");
        assertThat(said(node(GpuSamples.h100(0)
                        .with(VIRTUALIZATION_MODE, "VGPU")
                        .with(VGPU_PRODUCT, "NVIDIA vCS")
                        .with(VGPU_LICENSED, true)
                        .with(VGPU_LICENSE_EXPIRY, "2026-12-01T06:00:00Z"))))
                .containsExactly(
                        "INFO gpu 0: is a virtual GPU (vGPU), NVIDIA vCS is licensed until 2026-12-01T06:00:00Z");
        assertThat(said(node(
                        GpuSamples.h100(0).with(VIRTUALIZATION_MODE, "NONE").with(VGPU_LICENSED, false))))
                .as("a product that could be licensed on a whole GPU, and need not be")
                .containsExactly(OK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NONE", "PASSTHROUGH"})
    void aGpuThatIsPassedThroughIsNoVirtualGpu(String mode) {
        assertThat(said(node(GpuSamples.h100(0).with(VIRTUALIZATION_MODE, mode))))
                .containsExactly(OK);
    }

    @Test
    void aNodeWithoutHardwareIsSkipped() {
        assertThat(Evidences.of(NodeSamples.bare()
                                .device("0000:00:02.0", "i915", 0x1234)
                                .noBus(Reason.NOT_SUPPORTED)
                                .build())
                        .result("driver-install")
                        .status())
                .isEqualTo(Status.SKIPPED);
    }

    @Test
    void aDefaultRuntimeThatIsGoneIsAWarning() {
        assertThat(said(node().with(ENGINE_MISSING_RUNTIME, "Docker: nvidia (/usr/bin/nvidia-container-runtime)")))
                .containsExactly("WARNING node: the default runtime of a container engine is not there:"
                        + " Docker: nvidia (/usr/bin/nvidia-container-runtime)");
        assertThat(said(node().with(ENGINE_MISSING_RUNTIME, ""))).containsExactly(OK);
        assertThat(said(node().without(ENGINE_MISSING_RUNTIME))).containsExactly(OK);
    }

    @Test
    void aToolkitThatNoEngineKnowsIsTold() {
        assertThat(said(node().with(ENGINES_WITHOUT_NVIDIA, "Docker, CRI-O")))
                .containsExactly(
                        "INFO node: the container toolkit is installed, and not registered with Docker, CRI-O");
        assertThat(said(node().with(ENGINES_WITHOUT_NVIDIA, ""))).containsExactly(OK);
        assertThat(said(node().without(ENGINES_WITHOUT_NVIDIA))).containsExactly(OK);
    }
}
