package dev.gpudiag.agent.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.host.HostProbe;
import dev.gpudiag.agent.host.HostState;
import dev.gpudiag.agent.host.KernelGpu;
import dev.gpudiag.agent.host.NvmlPrecheck;
import dev.gpudiag.telemetry.DeviceNode;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Readings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SimulatedHostTest {

    private static final Path BUNDLED =
            Path.of(System.getProperty("gpudiag.root"), "nvml-bindings", "src", "simulator", "scenarios");

    @TempDir
    private Path directory;

    static Stream<Path> bundled() throws IOException {
        try (Stream<Path> files = Files.list(BUNDLED)) {
            return files.sorted().toList().stream();
        }
    }

    private static HostState probe(Scenario scenario) {
        try (SimulatedHost host = SimulatedHost.layOut(scenario)) {
            return new HostProbe(host.root(), Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1")).read();
        }
    }

    private Scenario scenario(String host) throws IOException {
        Path file = directory.resolve("made.scenario");
        return Scenario.read(Files.writeString(
                file, "[driver]\nversion = 550.54.15\n[gpu 0..1]\npci_bus_id = 0000:6%d:00.0\n[host]\n" + host));
    }

    @Test
    void whatAKilledProcessLeftIsDeletedAndWhatALivingOneUsesIsNot() throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        // above the largest pid of Linux, so that no process can have it
        Path left = Files.createDirectories(temporary.resolve("gpudiag-simulated-4194305-" + System.nanoTime()));
        Files.writeString(left.resolve("file"), "left behind");

        try (SimulatedHost living = SimulatedHost.layOut(scenario(""));
                SimulatedHost next = SimulatedHost.layOut(scenario(""))) {
            assertThat(left).doesNotExist();
            assertThat(living.root()).isDirectory();
            assertThat(next.root()).isDirectory();
        }
    }

    @ParameterizedTest
    @MethodSource("bundled")
    void everyBundledScenarioIsProbedAsItWasWritten(Path file) {
        Scenario scenario = Scenario.read(file);
        HostLayout layout = scenario.host();
        HostState host = probe(scenario);
        Readings readings = host.readings();

        assertThat(readings.value(HostQuantities.HOSTNAME)).contains(layout.hostname());
        assertThat(readings.value(HostQuantities.KERNEL_RELEASE)).contains(layout.kernelRelease());
        assertThat(readings.value(HostQuantities.IN_CONTAINER)).contains(false);
        assertThat(readings.value(HostQuantities.DRIVER_INSTALLED)).contains(true);
        assertThat(readings.value(HostQuantities.MODULE_LOADED))
                .contains(layout.module().isPresent());
        assertThat(readings.value(HostQuantities.MODULE_VERSION)).isEqualTo(layout.module());
        assertThat(readings.value(HostQuantities.MODULE_FLAVOUR))
                .isEqualTo(layout.module().map(version -> layout.openFlavour() ? "open" : "proprietary"));
        assertThat(readings.value(HostQuantities.MODULE_ON_DISK_VERSION)).isEqualTo(layout.moduleOnDisk());
        assertThat(readings.value(HostQuantities.LIBRARY_VERSION)).isEqualTo(layout.library());
        assertThat(host.pciDevices().value().orElseThrow().stream().filter(PciDevice::isGpu))
                .hasSize(scenario.gpus().size())
                .allMatch(PciDevice::isGpu)
                .extracting(PciDevice::address)
                .containsExactlyInAnyOrderElementsOf(layout.pciAddresses());
        assertThat(host.deviceNodes().value().orElseThrow())
                .hasSize(layout.deviceNodes().size())
                .allMatch(node -> node.kind() == DeviceNode.Kind.CHARACTER_DEVICE);
        assertThat(NvmlPrecheck.refusal(host).isPresent())
                .isEqualTo(layout.module().isEmpty());
    }

    @Test
    void theBundledFaultsThatTheHostShowsAreThere() {
        ScenarioCatalog catalog = new ScenarioCatalog(BUNDLED);
        HostState lost = probe(catalog.open("gpu-lost"));
        HostState mismatch = probe(catalog.open("driver-mismatch"));
        HostState notLoaded = probe(catalog.open("driver-not-loaded"));

        assertThat(lost.pciDevices().value().orElseThrow())
                .filteredOn(device -> device.vendorId() == 0xffff)
                .hasSize(1);
        assertThat(mismatch.readings().value(HostQuantities.LIBRARY_VERSION))
                .isNotEqualTo(mismatch.readings().value(HostQuantities.MODULE_VERSION));
        assertThat(NvmlPrecheck.refusal(notLoaded))
                .contains("nvmlInit not called: the nvidia kernel module is not loaded"
                        + " (/proc/modules, /sys/module/nvidia)");
    }

    @Test
    void theKernelsListOfGpusHasTheirMinors() throws IOException {
        HostState host = probe(scenario("flavour = open"));

        assertThat(host.kernelGpus().value().orElseThrow())
                .extracting(KernelGpu::address)
                .containsExactly("0000:60:00.0", "0000:61:00.0");
    }

    @Test
    void aLostGpuMayBeGoneFromTheBus() throws IOException {
        Scenario scenario = scenario("lost_pci = gone\n[gpu 1]\nlost = yes\n");

        assertThat(probe(scenario).pciDevices().value().orElseThrow())
                .extracting(PciDevice::address)
                .containsExactly("0000:60:00.0");
    }

    @Test
    void nouveauAndPassThroughAreLaidOut() throws IOException {
        HostState nouveau = probe(scenario("module = none\nnouveau = yes\nlibrary = none\nmodule_on_disk = none\n"));
        HostState passThrough = probe(scenario("module = none\npci_driver = vfio-pci\n"));

        assertThat(nouveau.readings().value(HostQuantities.NOUVEAU_LOADED)).contains(true);
        assertThat(nouveau.readings().value(HostQuantities.DRIVER_INSTALLED)).contains(false);
        assertThat(nouveau.pciDevices().value().orElseThrow())
                .extracting(PciDevice::driver)
                .containsOnly(Optional.of("nouveau"));
        assertThat(passThrough.pciDevices().value().orElseThrow())
                .extracting(PciDevice::driver)
                .containsOnly(Optional.of("vfio-pci"));
    }

    @Test
    void nodesThatAreNotListedAreMissing() throws IOException {
        HostState host = probe(scenario("device_nodes = nvidiactl nvidia0\n"));

        assertThat(host.deviceNodes().value().orElseThrow())
                .filteredOn(node -> node.kind() == DeviceNode.Kind.ABSENT)
                .extracting(DeviceNode::path)
                .isEqualTo(List.of("/dev/nvidia-uvm", "/dev/nvidia1"));
    }

    @Test
    void theTreeIsPrivateAndGoneWhenClosed() throws IOException {
        Scenario scenario = scenario("container = yes\n");
        Path secret = Files.writeString(directory.resolve("kept"), "kept");
        Path root;
        try (SimulatedHost host = SimulatedHost.layOut(scenario)) {
            root = host.root();
            Files.createSymbolicLink(root.resolve("link"), directory);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
                    .isEqualTo("rwx------");
            assertThat(new HostProbe(root, Map.of()).read().readings().value(HostQuantities.IN_CONTAINER))
                    .contains(true);
        }

        assertThat(root).doesNotExist();
        assertThat(secret).exists();
    }
}
