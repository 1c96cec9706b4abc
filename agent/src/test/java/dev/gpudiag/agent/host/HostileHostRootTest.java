package dev.gpudiag.agent.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gpudiag.telemetry.DeviceNode;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileHostRootTest {

    @TempDir
    private Path directory;

    @Test
    void aFifoIsNeverOpened() {
        HostState host = HostTree.plain(directory)
                .fifo("proc/modules")
                .fifo("proc/sys/kernel/hostname")
                .fifo("proc/driver/nvidia/version")
                .fifo("dev/nvidia0")
                .pci("0000:65:00.0", "0x10de", "0x2330", "0x030200")
                .fifo("sys/devices/pci0000:00/0000:65:00.0/vendor")
                .probe();

        assertThat(host.readings().get(HostQuantities.HOSTNAME).describe()).endsWith("not a regular file");
        assertThat(host.readings().get(HostQuantities.MODULE_FLAVOUR).reason()).contains(Reason.FAILED);
        assertThat(host.pciDevices().reason()).contains(Reason.FAILED);
        assertThat(host.deviceNodes().value().orElseThrow())
                .contains(new DeviceNode("/dev/nvidia0", DeviceNode.Kind.SOMETHING_ELSE, -1, -1, true));
    }

    @Test
    void linksAreFollowedInsideTheRootOnly() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "of the machine itself");
        Path root = Files.createDirectory(directory.resolve("root"));
        HostTree tree = HostTree.plain(root)
                .link("proc/sys/kernel/hostname", secret.toString())
                .link("proc/sys/kernel/osrelease", "../../../../../../../../../../" + secret)
                .link("etc/os-release", "/usr/lib/os-release")
                .file("usr/lib/os-release", "PRETTY_NAME='Inside'\n");

        assertThat(tree.probe().readings().get(HostQuantities.HOSTNAME).isPresent())
                .isFalse();
        assertThat(tree.probe().readings().get(HostQuantities.KERNEL_RELEASE).isPresent())
                .isFalse();
        assertThat(tree.probe().readings().value(HostQuantities.OPERATING_SYSTEM))
                .contains("Inside");
    }

    @Test
    void aCircleOfLinksIsAnError() {
        HostState host = HostTree.plain(directory)
                .link("proc/uptime", "loop")
                .link("proc/loop", "uptime")
                .probe();

        assertThat(host.readings().get(HostQuantities.UPTIME).describe()).isEqualTo("too many links at /proc/uptime");
    }

    @Test
    void aFileOfTenGigabytesIsNotRead() throws IOException {
        HostTree tree = HostTree.plain(directory);
        try (RandomAccessFile sparse =
                new RandomAccessFile(directory.resolve("proc/uptime").toFile(), "rw")) {
            sparse.setLength(10L << 30);
        }

        assertThat(tree.probe().readings().get(HostQuantities.UPTIME).describe())
                .startsWith("cannot read /proc/uptime: longer than ");
    }

    @Test
    void aDirectoryWithoutEndIsAnError() throws IOException {
        HostTree tree = HostTree.plain(directory);
        Path devices = directory.resolve("sys/bus/pci/devices");
        for (int i = 0; i < 70_000; i++) {
            Files.createFile(devices.resolve("x" + i));
        }

        assertThat(tree.probe().pciDevices().describe()).endsWith("more than 65536 entries");
    }

    @Test
    void garbageIsAFailureAndNothingIsThrown() {
        byte[] garbage = new byte[4096];
        new Random(7).nextBytes(garbage);
        HostState host = HostTree.plain(directory)
                .bytes("proc/modules", garbage)
                .bytes("proc/uptime", garbage)
                .bytes("proc/devices", garbage)
                .bytes("etc/os-release", garbage)
                .bytes("proc/sys/kernel/hostname", garbage)
                .bytes("proc/driver/nvidia/version", garbage)
                .bytes("proc/driver/nvidia/gpus/0000:65:00.0/information", garbage)
                .bytes("sys/module/nvidia/version", garbage)
                .bytes("lib/modules/6.8.0-45-generic/modules.dep", garbage)
                .bytes("lib/modules/6.8.0-45-generic/extra/nvidia.ko", garbage)
                .probe();

        assertThat(host.readings().value(HostQuantities.MODULE_LOADED)).contains(true);
        assertThat(host.readings().get(HostQuantities.MODULE_VERSION).reason()).contains(Reason.FAILED);
        assertThat(host.readings().get(HostQuantities.UPTIME).reason()).contains(Reason.FAILED);
        assertThat(host.readings().get(HostQuantities.HOSTNAME).reason()).contains(Reason.FAILED);
        assertThat(host.readings().value(HostQuantities.DRIVER_INSTALLED)).contains(true);
    }

    @Test
    void garbageInsteadOfAPciNumberFailsTheList() {
        HostTree tree = HostTree.plain(directory).pci("0000:65:00.0", "0x10de", "zzz", "0x030200");

        assertThat(tree.probe().pciDevices().describe())
                .isEqualTo("cannot read /sys/bus/pci/devices/0000:65:00.0/device: not a hexadecimal number");
    }

    @Test
    void aDeviceThatVanishesWhileItIsReadIsGone() throws IOException {
        HostTree tree = HostTree.plain(directory)
                .pci("0000:65:00.0", "0x10de", "0x2330", "0x030200")
                .pci("0000:66:00.0", "0x10de", "0x2330", "0x030200")
                .link("sys/bus/pci/devices/0000:67:00.0", "../../../devices/pci0000:00/0000:67:00.0");
        Files.delete(directory.resolve("sys/devices/pci0000:00/0000:66:00.0/class"));

        assertThat(tree.probe().pciDevices().value().orElseThrow()).hasSize(1);
    }

    @Test
    void whatMayNotBeReadIsSaidSo() throws IOException {
        assumeThat(System.getProperty("user.name"))
                .as("root may read everything")
                .isNotEqualTo("root");
        HostTree tree = HostTree.plain(directory);
        Files.setPosixFilePermissions(directory.resolve("proc/uptime"), PosixFilePermissions.fromString("---------"));

        assertThat(tree.probe().readings().get(HostQuantities.UPTIME).reason()).contains(Reason.NO_PERMISSION);
    }

    @Test
    void aMarkerThatIsALinkDoesNotMakeFilesIntoDevices() {
        HostTree tree = HostTree.plain(directory).file("dev/nvidiactl", "c 195 255\n");

        assertThat(kindOfControlNode(tree)).isEqualTo(DeviceNode.Kind.SOMETHING_ELSE);
        tree.link(HostRoot.SIMULATED_MARKER, "/proc/uptime");
        assertThat(kindOfControlNode(tree)).isEqualTo(DeviceNode.Kind.SOMETHING_ELSE);
        tree.link(HostRoot.SIMULATED_MARKER, "/absent");
        assertThat(kindOfControlNode(tree)).isEqualTo(DeviceNode.Kind.SOMETHING_ELSE);
    }

    private static DeviceNode.Kind kindOfControlNode(HostTree tree) {
        return tree.probe().deviceNodes().value().orElseThrow().getFirst().kind();
    }
}
