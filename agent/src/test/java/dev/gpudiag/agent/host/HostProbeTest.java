package dev.gpudiag.agent.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import dev.gpudiag.telemetry.DeviceNode;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostProbeTest {

    private static final String PROPRIETARY = """
            NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19 18:56:32 UTC 2023
            GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)
            """;
    private static final String OPEN = """
            NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.15  Release Build  (dvs-builder@U16-I1-N07-12-3)\
              Tue Mar  5 22:15:33 UTC 2024
            GCC version:
            """;
    private static final String OPEN_ARM =
            "NVRM version: NVIDIA UNIX Open Kernel Module for aarch64  580.95.05  Release Build  (root@)";

    @TempDir
    private Path directory;

    @Test
    void aHostWithoutAnythingOfNvidiaIsReadWhole() {
        HostState host = HostTree.plain(directory).probe();

        assertThat(host.pciDevices().value())
                .hasValueSatisfying(list -> assertThat(list).isEmpty());
        assertThat(host.deviceNodes().value())
                .hasValueSatisfying(list -> assertThat(list).isEmpty());
        Readings readings = host.readings();
        assertThat(readings.value(HostQuantities.MODULE_LOADED)).contains(false);
        assertThat(readings.get(HostQuantities.MODULE_VERSION).reason()).contains(Reason.NOT_SUPPORTED);
        assertThat(readings.value(HostQuantities.NOUVEAU_LOADED)).contains(false);
        assertThat(readings.value(HostQuantities.DRIVER_INSTALLED)).contains(false);
        assertThat(readings.value(HostQuantities.HOSTNAME)).contains("node-1");
        assertThat(readings.value(HostQuantities.UPTIME)).contains(3600.25);
        assertThat(readings.value(HostQuantities.IN_CONTAINER)).contains(false);
        assertThat(readings.value(HostQuantities.OPERATING_SYSTEM)).contains("Debian GNU/Linux 13");
    }

    @ParameterizedTest
    @CsvSource({"proprietary,535.129.03,proprietary", "open,550.54.15,open", "arm,580.95.05,open"})
    void everyWordingOfTheVersionFileIsUnderstood(String wording, String version, String flavour) {
        String text = Map.of("proprietary", PROPRIETARY, "open", OPEN, "arm", OPEN_ARM)
                .get(wording);
        Readings readings = HostTree.plain(directory)
                .file("proc/modules", "nvidia 1 0 - Live 0x0\n")
                .file("proc/driver/nvidia/version", text)
                .probe()
                .readings();

        assertThat(readings.value(HostQuantities.MODULE_VERSION)).contains(version);
        assertThat(readings.value(HostQuantities.MODULE_FLAVOUR)).contains(flavour);
    }

    @Test
    void modulesWithNvidiaInTheirNameAreNotTheDriver() {
        HostState host = HostTree.plain(directory)
                .file("proc/modules", "nvidia_wmi_ec_backlight 16384 0 - Live 0x0\nforcedeth 1 0 - Live 0x0\n")
                .probe();

        assertThat(host.readings().value(HostQuantities.MODULE_LOADED)).contains(false);
    }

    @Test
    void aModuleIsSeenThroughSysWhereProcIsHidden() {
        HostTree tree = HostTree.plain(directory).file("sys/module/nvidia/version", "550.54.15\n");

        assertThat(tree.probe().readings().value(HostQuantities.MODULE_LOADED)).contains(true);
        assertThat(tree.probe().readings().value(HostQuantities.MODULE_VERSION)).contains("550.54.15");
    }

    @Test
    void graphicsAndSwitchesAreListedAndAudioAndOthersAreNot() {
        HostState host = HostTree.plain(directory)
                .pci("0000:65:00.0", "0x10de", "0x2330", "0x030200")
                .boundTo("0000:65:00.0", "nvidia")
                .pci("0000:66:00.0", "0x10de", "0x2684", "0x030000")
                .boundTo("0000:66:00.0", "vfio-pci")
                .pci("0000:66:00.1", "0x10de", "0x22ba", "0x040300")
                .pci("0000:67:00.0", "0x10de", "0x22a3", "0x068000")
                .pci("0000:00:02.0", "0x8086", "0x3e92", "0x030000")
                .probe();

        assertThat(host.pciDevices().value().orElseThrow())
                .containsExactly(
                        new PciDevice("0000:65:00.0", 0x10de, 0x2330, 0x030200, Optional.of("nvidia")),
                        new PciDevice("0000:66:00.0", 0x10de, 0x2684, 0x030000, Optional.of("vfio-pci")),
                        new PciDevice("0000:67:00.0", 0x10de, 0x22a3, 0x068000, Optional.empty()));
    }

    @Test
    void aDeviceWhoseConfigurationSpaceReadsAllOnesDoesNotAnswer() {
        byte[] dead = new byte[64];
        Arrays.fill(dead, (byte) 0xff);
        HostTree tree = HostTree.plain(directory)
                .pci("0000:65:00.0", "0x10de", "0x2330", "0x030200")
                .bytes("sys/devices/pci0000:00/0000:65:00.0/config", dead);

        assertThat(tree.probe().pciDevices().value().orElseThrow())
                .extracting(PciDevice::vendorId)
                .containsExactly(0xffff);

        tree.file("sys/devices/pci0000:00/0000:65:00.0/power/runtime_status", "suspended\n");
        assertThat(tree.probe().pciDevices().value().orElseThrow())
                .as("a suspended device is not woken to be asked")
                .extracting(PciDevice::vendorId)
                .containsExactly(PciDevice.NVIDIA);
    }

    @Test
    void nouveauBoundToAGpuIsSeen() {
        HostState host = HostTree.plain(directory)
                .file("proc/modules", "nouveau 3096576 0 - Live 0x0\n")
                .pci("0000:65:00.0", "0x10de", "0x2330", "0x030000")
                .boundTo("0000:65:00.0", "nouveau")
                .probe();

        assertThat(host.readings().value(HostQuantities.NOUVEAU_LOADED)).contains(true);
        assertThat(host.readings().value(HostQuantities.MODULE_LOADED)).contains(false);
        assertThat(host.pciDevices().value().orElseThrow())
                .extracting(PciDevice::driver)
                .containsExactly(Optional.of("nouveau"));
    }

    @Test
    void nodesThatTheLoadedModuleShouldHaveAreListedAsAbsent() {
        HostState host = HostTree.plain(directory)
                .loadedModule("550.54.15")
                .file("proc/driver/nvidia/gpus/0000:65:00.0/information", information("0000:65:00.0", "3", "No"))
                .file("proc/driver/nvidia/gpus/0000:66:00.0/information", information("0000:66:00.0", "4", "Yes"))
                .file("dev/nvidiactl", "not a device")
                .probe();

        assertThat(host.deviceNodes().value().orElseThrow())
                .extracting(node -> node.path() + " " + node.kind())
                .containsExactly("/dev/nvidia-uvm ABSENT", "/dev/nvidia3 ABSENT", "/dev/nvidiactl SOMETHING_ELSE");
        assertThat(host.kernelGpus().value().orElseThrow())
                .extracting(KernelGpu::address, KernelGpu::excluded, KernelGpu::videoBios)
                .containsExactly(
                        tuple("0000:65:00.0", false, Optional.of("96.00.74.00.01")),
                        tuple("0000:66:00.0", true, Optional.of("96.00.74.00.01")));
    }

    private static String information(String address, String minor, String excluded) {
        return """
                Model: \t\t NVIDIA H100
                GPU UUID: \t GPU-????????-????
                Video BIOS: \t 96.00.74.00.01
                Bus Location: \t %s
                Device Minor: \t %s
                GPU Excluded:\t %s
                """.formatted(address, minor, excluded);
    }

    @Test
    void realDeviceNodesHaveTheirNumbers() {
        // every Linux has /dev/null as 1:3: a node of another driver than its name says
        HostTree tree = HostTree.plain(directory);
        HostState host = new HostProbe(Path.of("/"), Map.of()).read();
        assertThat(host.deviceNodes().isPresent()).isTrue();

        tree.link("dev/nvidia0", "/dev/null");
        assertThat(tree.probe().deviceNodes().value().orElseThrow())
                .as("a link out of the root leads nowhere")
                .containsExactly(new DeviceNode("/dev/nvidia0", DeviceNode.Kind.ABSENT, -1, -1, false));
    }

    @Test
    void theHostNameOfAMountedHostIsNotThatOfTheContainer() {
        Readings readings = HostTree.plain(directory)
                .file("etc/hostname", "gpu-node-7\n")
                .probe()
                .readings();

        assertThat(readings.value(HostQuantities.HOSTNAME)).contains("gpu-node-7");
    }

    @ParameterizedTest
    @CsvSource({".dockerenv,''", "run/.containerenv,''", "proc/1/cgroup,0::/kubepods/burstable/pod1/abc"})
    void containersAreKnownByTheirFiles(String file, String text) {
        Readings readings = HostTree.plain(directory).file(file, text).probe().readings();

        assertThat(readings.value(HostQuantities.IN_CONTAINER)).contains(true);
    }

    @Test
    void aPodIsKnownByItsEnvironment() {
        HostTree.plain(directory);
        Map<String, String> environment = Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1");
        Reading<Boolean> inContainer =
                new HostProbe(directory, environment).read().readings().get(HostQuantities.IN_CONTAINER);

        assertThat(inContainer.value()).contains(true);
        assertThat(inContainer.source()).isEqualTo("$KUBERNETES_SERVICE_HOST");
    }

    @Test
    void aRootThatIsNoHostIsRefusedWithASentence() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HostProbe(directory.resolve("absent"), Map.of()))
                .withMessageContaining("is not a directory");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HostProbe(directory, Map.of()))
                .withMessageEndingWith("has no proc and no sys directory");
    }
}
