package dev.gpudiag.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PciLinksTest {

    private static final String GPU = "0000:65:00.0";
    private static final String ROOT_PORT = "sys/devices/pci0000:60/0000:60:01.0";
    private static final String SWITCH_PORT = ROOT_PORT + "/0000:61:00.0/0000:62:04.0";
    private static final String DEVICE = SWITCH_PORT + "/" + GPU;

    @TempDir
    private Path directory;

    private HostTree tree() {
        HostTree tree = HostTree.plain(directory)
                .file(DEVICE + "/vendor", "0x10de\n")
                .file(DEVICE + "/device", "0x2330\n")
                .file(DEVICE + "/class", "0x030200\n")
                .file(DEVICE + "/current_link_width", "8\n")
                .file(DEVICE + "/numa_node", "-1\n")
                .file(DEVICE + "/aer_dev_correctable", "RxErr 3\nBadTLP 4\nTOTAL_ERR_COR 7\n")
                .file(DEVICE + "/aer_dev_nonfatal", "TLP 0\nTOTAL_ERR_NONFATAL 1\n")
                .file(SWITCH_PORT + "/max_link_width", "16\n")
                .file(SWITCH_PORT + "/max_link_speed", "32.0 GT/s PCIe\n")
                .file(SWITCH_PORT + "/aer_dev_fatal", "TOTAL_ERR_FATAL 2\n")
                .file(ROOT_PORT + "/aer_dev_fatal", "TOTAL_ERR_FATAL 3\n")
                .file("sys/bus/pci/slots/7/address", "0000:65:00\n");
        return tree.link("sys/bus/pci/devices/" + GPU, "../../../../" + DEVICE)
                .link("sys/bus/pci/devices/0000:62:04.0", "../../../../" + SWITCH_PORT)
                .link("sys/bus/pci/devices/0000:60:01.0", "../../../../" + ROOT_PORT);
    }

    @Test
    void thePortAboveAndTheCountersUpToTheRootAreRead() {
        Readings link = tree().probe().pciLinks().get(GPU);

        assertThat(link.value(GpuQuantities.PCIE_WIDTH_SYSFS)).contains(8L);
        assertThat(link.value(GpuQuantities.PCIE_PORT)).contains("0000:62:04.0");
        assertThat(link.value(GpuQuantities.PCIE_PORT_WIDTH_MAX)).contains(16L);
        assertThat(link.value(GpuQuantities.PCIE_PORT_GENERATION_MAX)).contains(5L);
        assertThat(link.value(GpuQuantities.AER_CORRECTABLE)).contains(7L);
        assertThat(link.value(GpuQuantities.AER_NONFATAL)).contains(1L);
        assertThat(link.value(GpuQuantities.AER_PORT_FATAL)).contains(5L);
        assertThat(link.value(GpuQuantities.NUMA_NODE)).contains(-1L);
        assertThat(link.value(GpuQuantities.PHYSICAL_SLOT)).contains("7");
    }

    @Test
    void whatIsNotThereOrMakesNoSenseIsMissingWithItsReason() {
        HostTree tree = tree().file(DEVICE + "/current_link_width", "255\n")
                .file(SWITCH_PORT + "/max_link_speed", "Unknown\n")
                .file(DEVICE + "/aer_dev_nonfatal", "\u001b[2J\n")
                .file("sys/bus/pci/slots/\u001b/address", "0000:65:00\n");

        Readings link = tree.probe().pciLinks().get(GPU);

        assertThat(link.get(GpuQuantities.PCIE_WIDTH_SYSFS).reason()).contains(Reason.NOT_SUPPORTED);
        assertThat(link.get(GpuQuantities.PCIE_PORT_GENERATION_MAX).reason()).contains(Reason.NOT_SUPPORTED);
        assertThat(link.get(GpuQuantities.AER_NONFATAL).reason()).contains(Reason.NOT_SUPPORTED);
        assertThat(link.get(GpuQuantities.AER_FATAL).reason()).contains(Reason.NOT_SUPPORTED);
        assertThat(link.value(GpuQuantities.PHYSICAL_SLOT)).contains("7");
    }

    @Test
    void aGpuDirectlyBelowItsBridgeInAVirtualMachineHasNoPort() {
        Readings link = HostTree.plain(directory)
                .pci(GPU, "0x10de", "0x2330", "0x030200")
                .probe()
                .pciLinks()
                .get(GPU);

        Reading<Long> width = link.get(GpuQuantities.PCIE_PORT_WIDTH_MAX);
        assertThat(width.reason()).isEqualTo(Optional.of(Reason.NOT_SUPPORTED));
        assertThat(width.describe()).contains("no port above");
    }
}
