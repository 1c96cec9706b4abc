package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.*;
import static dev.gpudiag.telemetry.HostQuantities.DRIVER_VERSION;
import static dev.gpudiag.telemetry.HostQuantities.KERNEL_RELEASE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.baseline.BaselineFacts;
import dev.gpudiag.checks.baseline.Comparison;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuCondition.State;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.NodeSamples;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.SampleHistory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BaselineCheckTest {

    private static GpuSamples gpu(int index) {
        return GpuSamples.h100(index)
                .with(SERIAL, "165000" + index)
                .with(VBIOS_VERSION, "96.00.74.00.01")
                .with(INFOROM_IMAGE_VERSION, "G520.0200.00.05")
                .with(GSP_FIRMWARE_VERSION, NodeSamples.VERSION)
                .with(PCIE_GENERATION_MAX, 5L)
                .with(PCIE_GENERATION, 5L)
                .with(PCIE_WIDTH, 16L)
                .with(MIG_MODE, false)
                .links(18, 0);
    }

    private static NodeSamples node(GpuSamples... gpus) {
        NodeSamples node = NodeSamples.working().with(KERNEL_RELEASE, "6.8.0-45-generic");
        for (GpuSamples gpu : gpus) {
            node.gpu(gpu.build());
        }
        return node;
    }

    private static final Baseline TWO = BaselineFacts.of(node(gpu(0), gpu(1)).build());

    private static Report report(NodeSample now) {
        return new CheckRunner(CheckCatalog.all())
                .run(new Evidence(now, SampleHistory.none(), Settings.defaults(), Optional.of(TWO)));
    }

    private static List<String> said(NodeSamples now) {
        return report(now.build()).result("baseline").orElseThrow().findings().stream()
                .map(finding -> finding.status() + " " + finding.subject().describe() + ": " + finding.seen())
                .toList();
    }

    private static <T> List<String> changed(Quantity<T> quantity, T value) {
        return said(node(gpu(0).with(quantity, value), gpu(1)));
    }

    @Test
    void aNodeThatIsAsItWasIsOk() {
        assertThat(said(node(gpu(0), gpu(1)))).containsExactly("OK node: as at the baseline of 2026-11-23T12:00:00Z");
    }

    @Test
    void withoutABaselineThereIsNothingToSay() {
        CheckResult result = new CheckRunner(CheckCatalog.all())
                .run(Evidence.of(node(gpu(0)).build()))
                .result("baseline")
                .orElseThrow();
        assertThat(result.status()).isEqualTo(Status.SKIPPED);
        assertThat(result.summary()).contains("gpudiag baseline save");
    }

    @Test
    void aGpuWhoseFirstReadingIsUnderWayIsNotMissed() {
        NodeSamples starting =
                node(gpu(0), gpu(1).condition(GpuCondition.State.PENDING, "in nvmlDeviceGetName for 1 s"));

        assertThat(report(starting.build()).result("baseline").orElseThrow().status())
                .isEqualTo(Status.SKIPPED);
    }

    @Test
    void fewerLinksAreCriticalAndNamed() {
        assertThat(said(node(gpu(0).links(16, 2), gpu(1))))
                .containsExactly("CRITICAL gpu 0: number of NVLinks up was 18 and is 16 (down: 16, 17)");
    }

    @Test
    void linksThatMigSwitchesOffAreNoLoss() {
        assertThat(said(node(gpu(0).with(MIG_MODE, true).links(0, 18), gpu(1))))
                .containsExactlyInAnyOrder(
                        "INFO gpu 0: mig mode was false and is true",
                        "INFO gpu 0: number of NVLinks up was 18 and is 0 (MIG switches NVLink off)");
    }

    @Test
    void aNarrowerSlotIsAWarningAndAWiderOneIsNone() {
        assertThat(changed(PCIE_WIDTH, 8L)).containsExactly("WARNING gpu 0: pcie width was 16 and is 8");
        assertThat(changed(PCIE_WIDTH, 32L)).containsExactly("INFO gpu 0: pcie width was 16 and is 32");
        assertThat(changed(PCIE_GENERATION_MAX, 4L))
                .containsExactly("WARNING gpu 0: pcie generation max was 5 and is 4");
    }

    @Test
    void theGenerationThatDropsAtIdleIsNotKept() {
        assertThat(changed(PCIE_GENERATION, 1L)).containsExactly("OK node: as at the baseline of 2026-11-23T12:00:00Z");
    }

    @Test
    void anUpgradeOfDriverAndItsFirmwareIsOneWordAndNoAlarm() {
        GpuSamples[] upgraded = {
            gpu(0).with(GSP_FIRMWARE_VERSION, "570.86.15"), gpu(1).with(GSP_FIRMWARE_VERSION, "570.86.15")
        };
        assertThat(said(node(upgraded).with(DRIVER_VERSION, "570.86.15")))
                .containsExactly("INFO node: driver version was 550.54.15 and is 570.86.15");
    }

    @Test
    void firmwareThatChangedWithoutItsDriverIsAWarning() {
        assertThat(changed(GSP_FIRMWARE_VERSION, "545.23.08"))
                .containsExactly("WARNING gpu 0: gsp firmware version was 550.54.15 and is 545.23.08");
    }

    @Test
    void anotherVbiosAndKernelAreWorthAWordOnly() {
        assertThat(changed(VBIOS_VERSION, "96.00.99.00.01"))
                .containsExactly("INFO gpu 0: vbios version was 96.00.74.00.01 and is 96.00.99.00.01");
        assertThat(said(node(gpu(0), gpu(1)).with(KERNEL_RELEASE, "6.8.0-49-generic")))
                .containsExactly("INFO node: kernel release was 6.8.0-45-generic and is 6.8.0-49-generic");
    }

    @Test
    void lessMemoryIsAWarningUnlessEccTookItOrADriverCountsALittleLess() {
        assertThat(changed(MEMORY_TOTAL, 70 * GpuSamples.GIB).getFirst()).startsWith("WARNING gpu 0: memory total");
        assertThat(changed(MEMORY_TOTAL, 80 * GpuSamples.GIB - (512 << 20)).getFirst())
                .startsWith("OK");
        assertThat(said(node(gpu(0).with(MEMORY_TOTAL, 75 * GpuSamples.GIB).with(ECC_MODE, false), gpu(1))))
                .hasSize(2)
                .allMatch(line -> line.startsWith("INFO gpu 0"));
    }

    @Test
    void aGoneGpuIsCriticalOnceAndDevicesIsItsCause() {
        Report report = report(node(gpu(0)).build());
        Finding gone = report.result("baseline").orElseThrow().findings().getFirst();

        assertThat(gone.status()).isEqualTo(Status.CRITICAL);
        assertThat(gone.seen()).isEqualTo("0000:11:00.0 NVIDIA H100 80GB HBM3 is gone");
        assertThat(gone.causedBy()).contains("devices");
        assertThat(report.result("devices").orElseThrow().status()).isEqualTo(Status.CRITICAL);
    }

    @Test
    void aReplacedAndANewGpuAreTold() {
        assertThat(said(node(gpu(0), gpu(1).identity("GPU-other", "0000:11:00.0"))))
                .containsExactly("WARNING node: 0000:11:00.0 NVIDIA H100 80GB HBM3 was replaced by another GPU");
        assertThat(said(node(gpu(0), gpu(1), gpu(2))))
                .containsExactly("INFO gpu 2: new since the baseline: 0000:12:00.0 NVIDIA H100 80GB HBM3");
    }

    @Test
    void aGpuInAnotherSlotIsTheSameGpu() {
        assertThat(said(node(gpu(0), gpu(1).identity("GPU-00000001", "0000:41:00.0"))))
                .containsExactly("INFO gpu 1: was at 0000:11:00.0 and is at 0000:41:00.0");
    }

    @Test
    void aLostGpuIsNotKnownAndNotGone() {
        Report report = report(
                node(gpu(0), gpu(1).condition(State.LOST, "GPU is lost (15)")).build());
        Finding only = report.result("baseline").orElseThrow().findings().getFirst();

        assertThat(only.status()).isEqualTo(Status.UNKNOWN);
        assertThat(only.causedBy()).isPresent();
        assertThat(report.result("baseline").orElseThrow().findings()).hasSize(1);
    }

    @Test
    void aFactThatCannotBeReadNowIsNeverAsBefore() {
        assertThat(said(node(gpu(0).without(VBIOS_VERSION, Reason.FAILED), gpu(1))))
                .containsExactly("UNKNOWN gpu 0: vbios version was 96.00.74.00.01 and cannot be read now: failed (3)");
    }

    @Test
    void whatARecordingDoesNotHoldIsNotCompared() {
        Comparison comparison = Comparison.of(
                TWO,
                node(gpu(0).without(VBIOS_VERSION, Reason.NOT_READ), gpu(1)).build());

        assertThat(comparison.status()).isEqualTo(Status.OK);
        assertThat(comparison.notCompared()).containsExactly("gpu 0: vbios version: not read (3)");
    }

    @Test
    void aBrokenDriverIsNotComparedAndTheDiffSaysNotKnown() {
        NodeSample broken = NodeSamples.broken(9, "not loaded").build();

        assertThat(report(broken).result("baseline").orElseThrow().status()).isEqualTo(Status.SKIPPED);
        assertThat(Comparison.of(TWO, broken).status()).isEqualTo(Status.UNKNOWN);
    }

    @Test
    void anNvSwitchThatIsGoneIsCritical() {
        PciDevice nvswitch = new PciDevice("0000:84:00.0", PciDevice.NVIDIA, 0x22a3, 0x068000, Optional.of("nvidia"));
        Baseline with = BaselineFacts.of(node(gpu(0)).device(nvswitch).build());

        assertThat(Comparison.of(with, node(gpu(0)).build()).changes())
                .singleElement()
                .satisfies(change -> {
                    assertThat(change.severity()).isEqualTo(Status.CRITICAL);
                    assertThat(change.text()).isEqualTo("nvswitches was 1 and is 0");
                });
    }

    @Test
    void theBaselineOfAnotherMachineIsRecognised() {
        NodeSample other = node(gpu(0).identity("GPU-x", "0000:a0:00.0"), gpu(1).identity("GPU-y", "0000:a1:00.0"))
                .build();

        assertThat(Comparison.of(TWO, other).looksForeign()).isTrue();
        assertThat(Comparison.of(TWO, node(gpu(0), gpu(7)).build()).looksForeign())
                .isFalse();
    }

    @Test
    void hostileValuesAreNoNumbers() {
        Baseline odd = new Baseline(
                TWO.savedAt(),
                Map.of("nvswitches", "-1"),
                List.of(new Baseline.Gpu(
                        TWO.gpus().getFirst(),
                        Map.of("pcie_width", "999999999999999999999", "memory_total_bytes", "x", "unheard_of", "1"))));

        assertThat(Comparison.of(odd, node(gpu(0)).build()).status()).isEqualTo(Status.INFO);
    }
}
