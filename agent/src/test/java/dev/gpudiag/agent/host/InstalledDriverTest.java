package dev.gpudiag.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstalledDriverTest {

    private static final String MODULES = "lib/modules/6.8.0-45-generic/";

    @TempDir
    private Path directory;

    @Test
    void theVersionIsReadFromAModuleThatIsNotCompressed() {
        Readings readings = HostTree.plain(directory)
                .bytes(MODULES + "extra/nvidia.ko", module("license=NVIDIA\0version=550.54.15\0srcversion=ABC\0"))
                .probe()
                .readings();

        assertThat(readings.value(HostQuantities.MODULE_ON_DISK_VERSION)).contains("550.54.15");
        assertThat(readings.get(HostQuantities.MODULE_ON_DISK_VERSION).source())
                .isEqualTo("/" + MODULES + "extra/nvidia.ko");
        assertThat(readings.value(HostQuantities.DRIVER_INSTALLED)).contains(true);
    }

    /** A 64-bit ELF file with the sections null, .modinfo and .shstrtab. */
    private static byte[] module(String modinfo) {
        byte[] names = "\0.modinfo\0.shstrtab\0".getBytes(StandardCharsets.ISO_8859_1);
        byte[] info = modinfo.getBytes(StandardCharsets.ISO_8859_1);
        int sections = 64 + info.length + names.length;
        ByteBuffer file = ByteBuffer.allocate(sections + 3 * 64).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(0, 0x464c457f).put(4, (byte) 2).put(5, (byte) 1);
        file.putLong(0x28, sections);
        file.putShort(0x3a, (short) 64).putShort(0x3c, (short) 3).putShort(0x3e, (short) 2);
        file.put(64, info).put(64 + info.length, names);
        file.putInt(sections + 64, 1).putLong(sections + 64 + 0x18, 64).putLong(sections + 64 + 0x20, info.length);
        file.putInt(sections + 128, 10)
                .putLong(sections + 128 + 0x18, 64 + info.length)
                .putLong(sections + 128 + 0x20, names.length);
        return file.array();
    }

    @Test
    void aModuleCutShortAnywhereIsNeverAVersionThatItDoesNotHave() {
        byte[] whole = module("version=550.54.15\0");
        for (int length = 0; length < whole.length; length++) {
            Readings readings = HostTree.plain(directory)
                    .bytes(MODULES + "extra/nvidia.ko", Arrays.copyOf(whole, length))
                    .probe()
                    .readings();
            assertThat(readings.value(HostQuantities.MODULE_ON_DISK_VERSION).orElse("550.54.15"))
                    .isEqualTo("550.54.15");
            assertThat(readings.value(HostQuantities.DRIVER_INSTALLED)).contains(true);
        }
    }

    @Test
    void theVersionOfACompressedModuleIsThatOfDkms() {
        HostTree tree = HostTree.plain(directory)
                .file(MODULES + "modules.dep", "kernel/a.ko:\nupdates/dkms/nvidia-current.ko.xz: kernel/b.ko\n")
                .file(MODULES + "updates/dkms/nvidia-current.ko.xz", "compressed");

        assertThat(tree.probe()
                        .readings()
                        .get(HostQuantities.MODULE_ON_DISK_VERSION)
                        .reason())
                .contains(Reason.NOT_SUPPORTED);
        assertThat(tree.probe().readings().value(HostQuantities.DRIVER_INSTALLED))
                .contains(true);

        tree.directory("var/lib/dkms/nvidia-current/535.129.03/6.8.0-45-generic/x86_64")
                .directory("var/lib/dkms/nvidia-current/550.54.15/6.8.0-31-generic/x86_64");
        assertThat(tree.probe().readings().value(HostQuantities.MODULE_ON_DISK_VERSION))
                .contains("535.129.03");
    }

    @Test
    void aModuleForAnotherKernelMeansInstalledAndNotLoadable() {
        Readings readings = HostTree.plain(directory)
                .file("lib/modules/6.8.0-31-generic/updates/dkms/nvidia.ko.zst", "")
                .probe()
                .readings();

        assertThat(readings.value(HostQuantities.DRIVER_INSTALLED)).contains(true);
        assertThat(readings.get(HostQuantities.MODULE_ON_DISK_VERSION).describe())
                .isEqualTo("no nvidia module for kernel 6.8.0-45-generic in /lib/modules");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "usr/lib/x86_64-linux-gnu/libnvidia-ml.so.550.54.15",
                "usr/lib64/libcuda.so.1",
                "run/nvidia/driver/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1",
                "usr/lib/wsl/lib/libnvidia-ml.so.1",
                "var/lib/dkms/nvidia/550.54.15/source"
            })
    void aLibraryOrDkmsTreeMeansThatADriverWasInstalled(String file) {
        Readings readings = HostTree.plain(directory).file(file, "").probe().readings();

        assertThat(readings.value(HostQuantities.DRIVER_INSTALLED)).contains(true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "usr/local/cuda/lib64/stubs/libnvidia-ml.so.1",
                "usr/local/cuda/compat/libcuda.so.550.54.15",
                "usr/lib/x86_64-linux-gnu/libnvidia-ml.so",
                "usr/lib/x86_64-linux-gnu/libnvidia-container.so.1.17.0",
                "lib/modules/6.8.0-45-generic/kernel/drivers/net/ethernet/nvidia/forcedeth.ko",
                "lib/modules/6.8.0-45-generic/kernel/drivers/platform/x86/nvidia-wmi-ec-backlight.ko"
            })
    void stubsCompatibilityLibrariesAndOtherModulesAreNoDriver(String file) {
        Readings readings = HostTree.plain(directory).file(file, "").probe().readings();

        assertThat(readings.value(HostQuantities.DRIVER_INSTALLED)).contains(false);
    }

    @Test
    void theLibraryWithItsVersionInTheNameIsPreferred() {
        Readings readings = HostTree.plain(directory)
                .file("usr/lib64/libnvidia-ml.so.550.54.15", "")
                .file("usr/lib64/libcuda.so.550.54.15", "")
                .link("usr/lib64/libnvidia-ml.so.1", "libnvidia-ml.so.550.54.15")
                .probe()
                .readings();

        assertThat(readings.value(HostQuantities.LIBRARY_PATH)).contains("/usr/lib64/libnvidia-ml.so.550.54.15");
        assertThat(readings.value(HostQuantities.LIBRARY_VERSION)).contains("550.54.15");
    }

    @Test
    void aLinkToALibraryThatIsGoneIsNoDriver() {
        Readings readings = HostTree.plain(directory)
                .link("usr/lib64/libnvidia-ml.so.1", "libnvidia-ml.so.550.54.15")
                .probe()
                .readings();

        assertThat(readings.value(HostQuantities.DRIVER_INSTALLED)).contains(false);
    }

    @Test
    void theDiskIsLookedAtAgainAfterAWhile() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        HostTree tree = HostTree.plain(directory);
        HostProbe probe = new HostProbe(directory, Map.of(), now::get);

        assertThat(probe.read().readings().value(HostQuantities.DRIVER_INSTALLED))
                .contains(false);
        tree.file("usr/lib64/libcuda.so.1", "");
        now.set(Instant.EPOCH.plusSeconds(29));
        assertThat(probe.read().readings().value(HostQuantities.DRIVER_INSTALLED))
                .contains(false);
        now.set(Instant.EPOCH.plusSeconds(30));
        assertThat(probe.read().readings().value(HostQuantities.DRIVER_INSTALLED))
                .contains(true);
    }
}
