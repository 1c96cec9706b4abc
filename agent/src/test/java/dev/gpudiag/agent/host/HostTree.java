package dev.gpudiag.agent.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A host root laid out by a test. */
final class HostTree {

    private static final String RELEASE = "6.8.0-45-generic";

    private final Path root;

    private HostTree(Path root) {
        this.root = root;
    }

    /** A host with a kernel, a PCI bus without devices, and no driver. */
    static HostTree plain(Path root) {
        return new HostTree(root)
                .file("proc/modules", "overlay 212992 0 - Live 0x0000000000000000\n")
                .file("proc/devices", "Character devices:\n  1 mem\n195 nvidia\n510 nvidia-uvm\n\nBlock devices:\n")
                .file("proc/sys/kernel/hostname", "node-1\n")
                .file("proc/sys/kernel/osrelease", RELEASE + "\n")
                .file("proc/sys/kernel/random/boot_id", "0b6a3a4e-0d7a-4f0a-9a53-2f9e5d3e9a10\n")
                .file("proc/uptime", "3600.25 7100.00\n")
                .file("proc/1/cgroup", "0::/init.scope\n")
                .file("etc/os-release", "NAME=Debian\nPRETTY_NAME=\"Debian GNU/Linux 13\"\n")
                .directory("sys/bus/pci/devices")
                .directory("sys/module/overlay")
                .directory("dev");
    }

    HostTree file(String path, String text) {
        return bytes(path, text.getBytes(StandardCharsets.UTF_8));
    }

    HostTree bytes(String path, byte[] bytes) {
        try {
            Files.createDirectories(root.resolve(path).getParent());
            Files.write(root.resolve(path), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    HostTree directory(String path) {
        try {
            Files.createDirectories(root.resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    HostTree link(String path, String target) {
        try {
            Files.createDirectories(root.resolve(path).getParent());
            Files.deleteIfExists(root.resolve(path));
            Files.createSymbolicLink(root.resolve(path), Path.of(target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** A FIFO, whose opening would hang. */
    HostTree fifo(String path) {
        try {
            Files.createDirectories(root.resolve(path).getParent());
            Files.deleteIfExists(root.resolve(path));
            int status = new ProcessBuilder("mkfifo", root.resolve(path).toString())
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new IllegalStateException("mkfifo: " + status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    /** A PCI function as sysfs shows it, behind a link as there. */
    HostTree pci(String address, String vendor, String device, String classCode) {
        String directory = "sys/devices/pci0000:00/" + address;
        file(directory + "/vendor", vendor + "\n");
        file(directory + "/device", device + "\n");
        file(directory + "/class", classCode + "\n");
        return link("sys/bus/pci/devices/" + address, "../../../devices/pci0000:00/" + address);
    }

    HostTree boundTo(String address, String driver) {
        directory("sys/bus/pci/drivers/" + driver);
        return link("sys/devices/pci0000:00/" + address + "/driver", "../../../bus/pci/drivers/" + driver);
    }

    HostTree loadedModule(String version) {
        return file("proc/modules", "nvidia 54075392 1 nvidia_uvm, Live 0x0000000000000000 (POE)\n")
                .file("sys/module/nvidia/version", version + "\n");
    }

    Path root() {
        return root;
    }

    HostState probe() {
        return new HostProbe(root, Map.of()).read();
    }
}
