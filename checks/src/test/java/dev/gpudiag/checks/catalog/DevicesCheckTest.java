package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.MIG_MODE;
import static dev.gpudiag.telemetry.GpuQuantities.NVLINK_COUNT;
import static dev.gpudiag.telemetry.HostQuantities.DRIVER_INSTALLED;
import static dev.gpudiag.telemetry.HostQuantities.GPU_COUNT;
import static dev.gpudiag.telemetry.HostQuantities.IN_CONTAINER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Evidences;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.DeviceNode;
import dev.gpudiag.telemetry.DeviceNode.Kind;
import dev.gpudiag.telemetry.GpuCondition.State;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.NodeSamples;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DevicesCheckTest {

    private static NodeSamples two() {
        return NodeSamples.working()
                .with(GPU_COUNT, 2L)
                .gpu(GpuSamples.h100(0).build())
                .gpu(GpuSamples.h100(1).build());
    }

    private static CheckResult devices(NodeSamples node) {
        return Evidences.of(node.build()).result("devices");
    }

    private static Finding worst(NodeSamples node) {
        return devices(node).findings().getFirst();
    }

    @Test
    void gpusThatAreAllHereAreCounted() {
        assertThat(devices(two()).status()).isEqualTo(Status.OK);
        assertThat(devices(two()).summary()).isEqualTo("2 x NVIDIA H100 80GB HBM3, as many as on the PCI bus");
    }

    @Test
    void aNodeWithNothingOfNvidiasIsSkipped() {
        assertThat(devices(NodeSamples.bare()).summary()).isEqualTo("no NVIDIA hardware");
        assertThat(devices(NodeSamples.bare()).status()).isEqualTo(Status.SKIPPED);
    }

    @Test
    void aNodeWithTheDriverInstalledAndNoGpuIsCritical() {
        Finding finding = worst(NodeSamples.bare().with(DRIVER_INSTALLED, true));

        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
        assertThat(finding.seen()).isEqualTo("the driver is installed and no NVIDIA GPU is on the PCI bus");
    }

    @Test
    void aDriverThatWorksAndHasNoGpuIsCritical() {
        assertThat(worst(NodeSamples.working().with(GPU_COUNT, 0L)).status()).isEqualTo(Status.CRITICAL);
    }

    @Test
    void aNodeThatHadGpusAndShowsNoneIsCritical() {
        CheckResult result = Evidences.of(NodeSamples.bare().build())
                .baseline(GpuSamples.h100(0).build().identity())
                .result("devices");

        assertThat(result.status()).isEqualTo(Status.CRITICAL);
        assertThat(result.findings()).anyMatch(finding -> finding.seen().contains("0000:10:00.0 NVIDIA H100"));
    }

    @Test
    void gpusBehindABrokenDriverAreCriticalAndExplainedByIt() {
        Finding finding = worst(NodeSamples.broken(18, "mismatch"));

        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
        assertThat(finding.causedBy()).contains("driver");
    }

    @Test
    void aBaselineAddsNothingToGpusThatOnlyWaitForTheDriver() {
        GpuIdentity known = GpuSamples.h100(0).build().identity();

        assertThat(Evidences.of(NodeSamples.broken(18, "mismatch").build())
                        .baseline(known)
                        .said("devices"))
                .hasSize(1);
    }

    @Test
    void gpusOfVirtualMachinesAreNotCounted() {
        CheckResult result = devices(two().device("0000:20:00.0", "vfio-pci"));

        assertThat(result.status()).isEqualTo(Status.OK);
        assertThat(devices(NodeSamples.bare().device("0000:20:00.0", "vfio-pci"))
                        .status())
                .isEqualTo(Status.INFO);
    }

    @ParameterizedTest
    @CsvSource({
        "LOST, 'nvmlDeviceGetTemperature: GPU is lost (15)', lost: fallen off the bus",
        "RESET_REQUIRED, rc 16, needs a reset before it works again",
        "UNRESPONSIVE, no answer from nvmlDeviceGetTemperature for 12 s, no answer from nvmlDeviceGetTemperature for 12 s",
        "UNRESPONSIVE, '', does not answer",
        "INACCESSIBLE, rc 4, cannot be opened: rc 4"
    })
    void aGpuThatDoesNotAnswerIsCriticalWithActions(State state, String detail, String seen) {
        Finding finding = worst(NodeSamples.working()
                .gpu(GpuSamples.h100(0).condition(state, detail).build()));

        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
        assertThat(finding.seen()).startsWith(seen);
        assertThat(finding.actions()).isNotEmpty();
        assertThat(finding.why()).isNotEmpty();
        assertThat(finding.subject().describe()).isEqualTo("gpu 0");
    }

    @ParameterizedTest
    @EnumSource(
            value = State.class,
            names = {"ANSWERING", "PENDING"},
            mode = EnumSource.Mode.EXCLUDE)
    void otherChecksPointAtDevicesForAGpuThatDoesNotAnswer(State state) {
        var report = Evidences.of(NodeSamples.working()
                        .gpu(GpuSamples.h100(0).condition(state, "rc").build())
                        .gpu(GpuSamples.h100(1).build())
                        .build())
                .report();

        for (String check : new String[] {"ecc", "temperature", "memory"}) {
            assertThat(report.result(check).orElseThrow().findings())
                    .anyMatch(finding ->
                            finding.causedBy().equals(Optional.of("devices")) && finding.status() == Status.UNKNOWN);
        }
        assertThat(report.exitCode()).isEqualTo(2);
    }

    @Test
    void aGpuWhoseEveryReadingFailedIsCritical() {
        GpuSamples gpu = GpuSamples.blank(0)
                .without(GpuQuantities.TEMPERATURE_GPU, Reason.FAILED)
                .without(GpuQuantities.FAN_SPEED, Reason.NOT_SUPPORTED)
                .without(GpuQuantities.MEMORY_USED, Reason.FAILED);

        assertThat(worst(NodeSamples.working().gpu(gpu.build())).seen())
                .isEqualTo("every reading failed, temperature_gpu_celsius: failed (3)");
    }

    @Test
    void aGpuOfWhichTheRecordingHoldsNothingIsNoAlarm() {
        assertThat(devices(NodeSamples.working().gpu(GpuSamples.blank(0).build()))
                        .status())
                .isEqualTo(Status.OK);
    }

    @Test
    void aGpuOnTheBusThatNvmlDoesNotListIsCritical() {
        Finding finding = worst(two().device("0000:99:00.0", "nvidia"));

        assertThat(finding.status()).isEqualTo(Status.CRITICAL);
        assertThat(finding.seen()).isEqualTo("0000:99:00.0 is on the PCI bus (nvidia) and not in NVML");
    }

    @Test
    void aGpuThatTheDriverNoLongerSupportsIsExplained() {
        Finding finding = worst(two().device("0000:99:00.0", null, 0x102d));

        assertThat(finding.why()).contains("no longer runs Kepler");
        assertThat(finding.actions()).anyMatch(action -> action.contains("R470"));
    }

    @Test
    void upperCaseAddressesAreTheSame() {
        assertThat(devices(NodeSamples.working()
                                .listed(GpuSamples.h100(0)
                                        .identity("GPU-0", "0000:AB:00.0")
                                        .build())
                                .device("0000:ab:00.0", "nvidia"))
                        .status())
                .isEqualTo(Status.OK);
    }

    @Test
    void gpusWithoutAddressesAreNotHeldAgainstTheBus() {
        assertThat(devices(NodeSamples.working()
                                .listed(GpuSamples.h100(0)
                                        .identity("GPU-0", null)
                                        .build())
                                .device("0000:ab:00.0", "nvidia"))
                        .status())
                .isEqualTo(Status.OK);
    }

    @Test
    void aContainerThatWasGivenOneOfEightGpusIsNoAlarm() {
        NodeSamples node = NodeSamples.working()
                .with(IN_CONTAINER, true)
                .with(GPU_COUNT, 1L)
                .node("/dev/nvidia0", 195, 0)
                .gpu(GpuSamples.h100(0).build());
        for (int i = 1; i < 8; i++) {
            node.device("0000:3" + i + ":00.0", "nvidia");
        }

        assertThat(devices(node).status()).isEqualTo(Status.INFO);
        assertThat(devices(node).summary()).isEqualTo("1 of 8 GPUs on the bus given to this container");
    }

    @Test
    void aContainerThatHasTheNodeOfAGpuThatIsNotListedIsCritical() {
        NodeSamples node = NodeSamples.working()
                .with(IN_CONTAINER, true)
                .node("/dev/nvidia0", 195, 0)
                .node("/dev/nvidia1", 195, 1)
                .gpu(GpuSamples.h100(0).build())
                .device("0000:31:00.0", "nvidia");

        assertThat(devices(node).status()).isEqualTo(Status.CRITICAL);
    }

    @Test
    void aContainerSeesAGpuThatNoDriverHolds() {
        NodeSamples node = NodeSamples.working()
                .with(IN_CONTAINER, true)
                .node("/dev/nvidia0", 195, 0)
                .gpu(GpuSamples.h100(0).build())
                .device("0000:31:00.0", null);

        assertThat(devices(node).status()).isEqualTo(Status.CRITICAL);
    }

    @Test
    void aDeviceThatReadsAllOnesHasFallenOffTheBus() {
        Finding finding =
                worst(two().device(new PciDevice("0000:77:00.0", 0xffff, 0xffff, 0x030200, Optional.of("nvidia"))));

        assertThat(finding.seen()).isEqualTo("0000:77:00.0 has fallen off the bus");
    }

    @Test
    void audioFunctionsAndSwitchesAreNoGpus() {
        assertThat(devices(two().device(new PciDevice(
                                        "0000:10:00.1", PciDevice.NVIDIA, 0x10f0, 0x040300, Optional.of("snd")))
                                .device(new PciDevice(
                                        "0000:88:00.0", PciDevice.NVIDIA, 0x22a3, 0x068000, Optional.empty())))
                        .status())
                .isEqualTo(Status.OK);
    }

    @ParameterizedTest
    @CsvSource({"3, CRITICAL, '3 GPUs, 2 can be listed'", "1, WARNING, '1 GPU, 2 can be listed'"})
    void theDriversCountIsHeldAgainstTheGpusItGave(long count, Status status, String text) {
        Finding finding = worst(two().with(GPU_COUNT, count));

        assertThat(finding.status()).isEqualTo(status);
        assertThat(finding.seen()).isEqualTo("the driver counts " + text);
    }

    @Test
    void aNodeOfAGpuThatIsAbsentIsAWarning() {
        Finding finding = worst(two().node(new DeviceNode("/dev/nvidia1", Kind.ABSENT, -1, -1, false)));

        assertThat(finding.status()).isEqualTo(Status.WARNING);
        assertThat(finding.seen()).isEqualTo("/dev/nvidia1 is missing");
        assertThat(finding.subject().describe()).isEqualTo("gpu 1");
    }

    @ParameterizedTest
    @CsvSource({
        "devices.expect-count, 2, OK, ''",
        "devices.expect-count, 8, CRITICAL, 2 of 8 expected GPUs",
        "devices.expect-count, 1, WARNING, 2 of 1 expected GPU",
        "devices.expect-count, 0, WARNING, 2 of 0 expected GPUs",
        "devices.expect-model, h100, OK, ''",
        "devices.expect-model, A100, WARNING, '2 subjects: is a NVIDIA H100 80GB HBM3'",
        "devices.expect-driver, 550, OK, ''",
        "devices.expect-driver, 550.54, OK, ''",
        "devices.expect-driver, 550.54.15, OK, ''",
        "devices.expect-driver, 55, WARNING, driver 550.54.15 runs",
        "devices.expect-driver, 535, WARNING, driver 550.54.15 runs"
    })
    void whatIsHereIsHeldAgainstWhatIsExpected(String key, String value, Status status, String summary) {
        CheckResult result = Evidences.of(two().build()).set(key, value).result("devices");

        assertThat(result.status()).isEqualTo(status);
        assertThat(result.summary()).contains(summary);
    }

    @ParameterizedTest
    @CsvSource({"18, 0, OK", "17, 1, CRITICAL", "0, 18, CRITICAL", "18, 2, OK", "20, 0, INFO"})
    void linksThatAreUpAreHeldAgainstTheExpectedNumber(int up, int down, Status status) {
        CheckResult result = Evidences.of(GpuSamples.h100(0).links(up, down))
                .set("devices.expect-links", "18")
                .result("devices");

        assertThat(result.status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"NOT_READ, SKIPPED", "NOT_SUPPORTED, CRITICAL", "FAILED, UNKNOWN"})
    void linksThatWereNotReadAreToldApart(Reason reason, Status status) {
        CheckResult result = Evidences.of(GpuSamples.h100(0).without(NVLINK_COUNT, reason))
                .set("devices.expect-links", "18")
                .result("devices");

        assertThat(result.status()).isEqualTo(status);
    }

    @Test
    void linksAreNotExpectedUnderMig() {
        assertThat(Evidences.of(GpuSamples.h100(0).with(MIG_MODE, true).links(0, 18))
                        .set("devices.expect-links", "18")
                        .result("devices")
                        .status())
                .isEqualTo(Status.SKIPPED);
    }

    @Test
    void aGpuOfTheBaselineThatIsGoneIsNamedWithItsAddress() {
        Evidences evidences = Evidences.of(two().build())
                .baseline(
                        GpuSamples.h100(0).build().identity(),
                        GpuSamples.h100(1).build().identity(),
                        GpuSamples.h100(2).build().identity());

        assertThat(evidences.said("devices"))
                .containsExactly("CRITICAL node: gone: 0000:12:00.0 NVIDIA H100 80GB HBM3");
    }

    @Test
    void aGpuOfTheBaselineThatIsOnTheBusOnlyIsReportedOnce() {
        Evidences evidences = Evidences.of(
                        two().device("0000:12:00.0", "nvidia").build())
                .baseline(
                        GpuSamples.h100(0).build().identity(),
                        GpuSamples.h100(1).build().identity(),
                        GpuSamples.h100(2).build().identity());

        assertThat(evidences.said("devices"))
                .containsExactly("CRITICAL node: 0000:12:00.0 is on the PCI bus (nvidia) and not in NVML");
    }

    @Test
    void aLostGpuThatForgotItsUuidIsNotGoneAsWell() {
        Evidences evidences = Evidences.of(NodeSamples.working()
                        .gpu(GpuSamples.h100(0)
                                .identity(null, "0000:10:00.0")
                                .condition(State.LOST, "rc 15")
                                .build())
                        .build())
                .baseline(GpuSamples.h100(0).build().identity());

        assertThat(evidences.said("devices")).containsExactly("CRITICAL gpu 0: lost: fallen off the bus: rc 15");
    }

    @Test
    void aGpuInThePlaceOfAnotherIsAWarning() {
        Evidences evidences = Evidences.of(NodeSamples.working()
                        .gpu(GpuSamples.h100(0)
                                .identity("GPU-new", "0000:10:00.0")
                                .build())
                        .build())
                .baseline(GpuSamples.h100(0).build().identity());

        assertThat(evidences.result("devices").status()).isEqualTo(Status.WARNING);
        assertThat(evidences.said("devices").getFirst()).contains("another GPU is in its place");
    }

    @Test
    void gpusThatNobodyFindsOnTheBusAreNotSaidToBeThere() {
        assertThat(devices(NodeSamples.working().listed(GpuSamples.h100(0).build()))
                        .summary())
                .isEqualTo("1 x NVIDIA H100 80GB HBM3"); // WSL has no PCI device of it
    }

    @Test
    void aRecordingWithoutTheBusIsHeldAgainstWhatItHolds() {
        CheckResult result = devices(NodeSamples.working()
                .recorded()
                .nvml(Reading.notRead("not in this recording"))
                .with(GPU_COUNT, 1L)
                .listed(GpuSamples.h100(0).build()));

        assertThat(result.status()).isEqualTo(Status.OK);
    }

    @Test
    void neitherBusNorNvmlIsUnknownUnlessADriverIsHere() {
        assertThat(devices(NodeSamples.bare().noBus(Reason.FAILED)).status()).isEqualTo(Status.UNKNOWN);
        assertThat(devices(NodeSamples.bare().noBus(Reason.FAILED).with(DRIVER_INSTALLED, true))
                        .status())
                .isEqualTo(Status.CRITICAL);
    }
}
