package dev.gpudiag.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Readings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DriverFilesTest {

    private static final String HISTORY = """

            Start-Date: 2026-11-19  10:00:00
            Commandline: apt install curl
            Upgrade: curl:amd64 (8.1, 8.2)
            End-Date: 2026-11-19  10:00:05

            Start-Date: 2026-11-20  06:12:33
            Commandline: /usr/bin/unattended-upgrade
            Upgrade: tzdata:amd64 (1, 2), libnvidia-compute-535:amd64 (535.183.01-0ubuntu1, 535.216.01-0ubuntu1)
            End-Date: 2026-11-20  06:13:40
            """;

    @TempDir
    private Path directory;

    private HostTree tree() {
        return HostTree.plain(directory);
    }

    private static byte[] gzip(byte[] text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text);
        }
        return bytes.toByteArray();
    }

    @Test
    void theNextKernelIsTheNewestOfTheSameFlavourThatCanBeBooted() {
        Readings readings = tree().file("boot/vmlinuz-6.8.0-45-generic", "")
                .directory("lib/modules/6.8.0-45-generic")
                .file("boot/vmlinuz-6.8.0-100-generic", "")
                .directory("lib/modules/6.8.0-100-generic")
                .file("boot/vmlinuz-6.8.0-99-generic", "")
                .directory("lib/modules/6.8.0-99-generic")
                .file("boot/vmlinuz-6.11.0-1-lowlatency", "")
                .directory("lib/modules/6.11.0-1-lowlatency")
                .directory("lib/modules/6.12.0-1-generic") // removed: nothing to boot
                .probe()
                .readings();

        assertThat(readings.value(HostQuantities.NEXT_KERNEL)).contains("6.8.0-100-generic");
        assertThat(readings.value(HostQuantities.NEXT_KERNEL_HAS_MODULE)).contains(false);
    }

    @Test
    void aModuleBuiltForTheNextKernelIsSeenAlsoWhereItsVersionCannotBeRead() {
        assertThat(tree().file("boot/vmlinuz-6.8.0-49-generic", "")
                        .file("lib/modules/6.8.0-49-generic/updates/dkms/nvidia.ko.zst", "")
                        .probe()
                        .readings()
                        .value(HostQuantities.NEXT_KERNEL_HAS_MODULE))
                .contains(true);
    }

    @Test
    void anOlderKernelIsNotTheNext() {
        assertThat(tree().file("boot/vmlinuz-6.8.0-40-generic", "")
                        .directory("lib/modules/6.8.0-40-generic")
                        .probe()
                        .readings()
                        .value(HostQuantities.NEXT_KERNEL))
                .isEmpty();
    }

    @Test
    void firmwareIsThatOfGspInADirectoryOfItsVersion() {
        assertThat(tree().file("lib/firmware/nvidia/535.183.01/gsp_ga10x.bin", "")
                        .file("lib/firmware/nvidia/550.54.15/gsp_tu10x.bin.zst", "")
                        .file("lib/firmware/nvidia/545.23.08/readme", "")
                        .file("lib/firmware/nvidia/ga102/gsp/booter.bin", "")
                        .probe()
                        .readings()
                        .value(HostQuantities.GSP_FIRMWARE_ON_DISK))
                .contains("535.183.01, 550.54.15");
    }

    @Test
    void toolsAndServicesAreSeenOnDisk() {
        Readings without = tree().probe().readings();
        assertThat(without.value(HostQuantities.NVIDIA_SMI_INSTALLED)).contains(false);
        assertThat(without.value(HostQuantities.PERSISTENCED_RUNNING)).contains(false);

        Readings with = tree().file("usr/bin/nvidia-smi", "")
                .file("run/nvidia-persistenced/socket", "")
                .probe()
                .readings();
        assertThat(with.value(HostQuantities.NVIDIA_SMI_INSTALLED)).contains(true);
        assertThat(with.value(HostQuantities.PERSISTENCED_RUNNING)).contains(true);
    }

    @Test
    void anUnattendedUpgradeIsFoundInAptsHistory() {
        Readings readings =
                tree().file("var/log/apt/history.log", HISTORY).probe().readings();

        assertThat(readings.value(HostQuantities.DRIVER_CHANGED_BY)).contains("unattended-upgrade");
        assertThat(readings.value(HostQuantities.DRIVER_CHANGE))
                .contains("2026-11-20 06:12:33: libnvidia-compute-535 535.183.01-0ubuntu1 -> 535.216.01-0ubuntu1");
    }

    @Test
    void aRotatedHistoryIsReadAndOneThatUnpacksWithoutEndIsCut() throws IOException {
        assertThat(tree().bytes("var/log/apt/history.log.1.gz", gzip(HISTORY.getBytes(StandardCharsets.UTF_8)))
                        .probe()
                        .readings()
                        .value(HostQuantities.DRIVER_CHANGED_BY))
                .contains("unattended-upgrade");
        assertThat(tree().bytes("var/log/apt/history.log.1.gz", gzip(new byte[64 * 1024 * 1024]))
                        .probe()
                        .readings()
                        .value(HostQuantities.DRIVER_CHANGED_BY))
                .isEmpty();
        assertThat(tree().bytes("var/log/apt/history.log.1.gz", new byte[] {1, 2, 3})
                        .probe()
                        .readings()
                        .value(HostQuantities.DRIVER_CHANGED_BY))
                .isEmpty();
    }

    @Test
    void dnfAndAzuresExtensionAreFoundInTheirLogs() {
        Readings dnf = tree().file("var/log/dnf.rpm.log", """
                2026-11-20T06:12:33+0000 SUBDEBUG Upgrade: nvidia-driver-3:535.216.01-1.el9.x86_64
                2026-11-20T06:12:33+0000 SUBDEBUG Upgraded: bash-5.1-2.x86_64
                """).probe().readings();
        assertThat(dnf.value(HostQuantities.DRIVER_CHANGED_BY)).contains("dnf");
        assertThat(dnf.value(HostQuantities.DRIVER_CHANGE))
                .contains("2026-11-20 06:12:33: nvidia-driver-3:535.216.01-1.el9.x86_64");

        HostTree azure = tree().file("var/log/dnf.rpm.log", "")
                .file(
                        "var/log/waagent.log",
                        "2026-11-21T03:00:01.123Z INFO ExtHandler [Microsoft.HpcCompute.NvidiaGpuDriverLinux-1.6] enabled\n");
        assertThat(azure.probe().readings().value(HostQuantities.DRIVER_CHANGED_BY))
                .contains("cloud extension");
    }

    @Test
    void logsThatAreFifosOrLinksOutOfTheRootAreNotRead() {
        Readings readings = tree().fifo("var/log/apt/history.log")
                .link("var/log/dnf.rpm.log", "/etc/shadow")
                .fifo("etc/nvidia-container-runtime/config.toml")
                .probe()
                .readings();

        assertThat(readings.value(HostQuantities.DRIVER_CHANGED_BY)).isEmpty();
        assertThat(readings.get(HostQuantities.TOOLKIT_MISSING_LDCONFIG).failed())
                .isTrue();
    }

    @Test
    void theToolkitsLdconfigIsLookedForOnTheHost() {
        HostTree tree = tree().file(
                        "etc/nvidia-container-runtime/config.toml",
                        "[nvidia-container-cli]\n#ldconfig = \"@/none\"\nldconfig = \"@/sbin/ldconfig.real\"\n");
        assertThat(tree.probe().readings().value(HostQuantities.TOOLKIT_MISSING_LDCONFIG))
                .contains("/sbin/ldconfig.real");
        assertThat(tree.file("sbin/ldconfig.real", "")
                        .probe()
                        .readings()
                        .value(HostQuantities.TOOLKIT_MISSING_LDCONFIG))
                .contains("");
        assertThat(HostTree.plain(directory.resolve("other"))
                        .probe()
                        .readings()
                        .value(HostQuantities.TOOLKIT_MISSING_LDCONFIG))
                .isEmpty();
    }

    @Test
    void theFabricManagersPackageIsReadWhereThereAreSwitches() {
        String status = """
                Package: bash
                Status: install ok installed
                Version: 5.2

                Package: nvidia-fabricmanager-535
                Status: deinstall ok config-files
                Version: 535.183.01-1

                Package: nvidia-fabricmanager-550
                Status: install ok installed
                Version: 550.90.07-0ubuntu0.22.04.1
                """;
        HostTree tree = tree().file("var/lib/dpkg/status", status);
        assertThat(tree.probe().readings().value(HostQuantities.FABRIC_MANAGER_VERSION))
                .as("no NVSwitch")
                .isEmpty();
        tree.pci("0000:84:00.0", "0x10de", "0x22a3", "0x068000");
        assertThat(tree.probe().readings().value(HostQuantities.FABRIC_MANAGER_VERSION))
                .contains("550.90.07");
    }
}
