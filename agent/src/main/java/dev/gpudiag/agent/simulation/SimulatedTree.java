package dev.gpudiag.agent.simulation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Writes the files of a simulated host, with the wording of a real kernel and driver. */
final class SimulatedTree {

    private static final int FRONTEND_MAJOR = 195;
    private static final int UVM_MAJOR = 510;
    private static final int CAPABILITIES_MAJOR = 235;
    private static final int FABRIC_MANAGER_PID = 903;
    private static final String LIBRARIES = "usr/lib/x86_64-linux-gnu/";

    private final Path root;
    private final Scenario scenario;
    private final HostLayout host;

    SimulatedTree(Path root, Scenario scenario) {
        this.root = root;
        this.scenario = scenario;
        this.host = scenario.host();
    }

    void write() throws IOException {
        write(".gpudiag-simulated", scenario.name() + "\n");
        for (String directory : List.of("proc", "sys/module", "sys/bus/pci/devices", "dev", "lib/modules", "tmp")) {
            Files.createDirectories(root.resolve(directory));
        }
        writeSystem();
        writeModules();
        writeDriver();
        new SimulatedPci(root, scenario).write();
        for (String node : host.deviceNodes()) {
            write("dev/" + node, "c " + numbers(node) + "\n");
        }
        writeInstalledDriver();
        new SimulatedProcessTree(root, scenario).write();
        new SimulatedKubelet(root, scenario).write();
    }

    private void writeSystem() throws IOException {
        write("proc/sys/kernel/hostname", host.hostname() + "\n");
        write("proc/sys/kernel/osrelease", host.kernelRelease() + "\n");
        UUID boot = UUID.nameUUIDFromBytes(scenario.name().getBytes(StandardCharsets.UTF_8));
        write("proc/sys/kernel/random/boot_id", boot + "\n");
        long seconds = host.uptime().toSeconds();
        write("proc/stat", "btime " + Instant.now().minusSeconds(seconds).getEpochSecond() + "\n");
        write("proc/uptime", seconds + ".00 " + seconds + ".00\n");
        write("etc/os-release", "PRETTY_NAME=\"" + host.operatingSystem().replace("\"", "") + "\"\n");
        write("proc/1/cgroup", "0::/init.scope\n");
        if (host.fabricManager()) {
            write("proc/" + FABRIC_MANAGER_PID + "/comm", "nv-fabricmanage\n");
        }
        if (host.container()) {
            write(".dockerenv", "");
        }
    }

    private void writeModules() throws IOException {
        StringBuilder modules = new StringBuilder();
        StringBuilder devices = new StringBuilder("Character devices:\n  1 mem\n");
        if (host.nouveau()) {
            modules.append("nouveau 3096576 0 - Live 0x0000000000000000\n");
            write("sys/module/nouveau/initstate", "live\n");
        }
        if (host.module().isPresent()) {
            modules.append("nvidia_uvm 4956160 0 - Live 0x0000000000000000 (OE)\n");
            modules.append("nvidia 54075392 1 nvidia_uvm, Live 0x0000000000000000 (OE)\n");
            devices.append("195 nvidia\n195 nvidiactl\n235 nvidia-caps\n510 nvidia-uvm\n");
            write("sys/module/nvidia/version", host.module().get() + "\n");
            write("sys/module/nvidia/refcnt", "1\n");
            write("sys/module/nvidia/initstate", "live\n");
        }
        modules.append(rdmaModules());
        modules.append("overlay 212992 0 - Live 0x0000000000000000\n");
        write("proc/modules", modules.toString());
        write("proc/devices", devices + "\nBlock devices:\n259 blkext\n");
    }

    private String rdmaModules() {
        boolean loaded = !host.peermem().equals("no");
        String users = host.peermem().equals("registered") ? "nvidia_peermem,mlx5_ib" : "mlx5_ib";
        return (loaded ? "nvidia_peermem 16384 0 - Live 0x0000000000000000 (OE)\n" : "") + "ib_core 557056 2 " + users
                + ", Live 0x0000000000000000\n";
    }

    private void writeDriver() throws IOException {
        if (host.module().isEmpty()) {
            return;
        }
        String version = host.module().get();
        String line = host.openFlavour()
                ? "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  " + version
                        + "  Release Build  (dvs-builder@U16-I1-N07-12-3)"
                : "NVRM version: NVIDIA UNIX x86_64 Kernel Module  " + version;
        write("proc/driver/nvidia/version", line + "  Wed Apr 17 20:12:52 UTC 2024\n");
        Files.createDirectories(root.resolve("proc/driver/nvidia/gpus"));
        for (SimulatedGpu gpu : scenario.gpus()) {
            if (host.pciAddresses().contains(gpu.pciAddress())) {
                write("proc/driver/nvidia/gpus/" + gpu.pciAddress() + "/information", information(gpu));
            }
        }
    }

    private static String information(SimulatedGpu gpu) {
        return "Model: \t\t " + gpu.name()
                + "\nIRQ:   \t\t 42"
                + "\nGPU UUID: \t " + gpu.uuid().orElse("GPU-????????-????-????-????-????????????")
                + "\nVideo BIOS: \t " + gpu.get("vbios").orElse("??.??.??.??.??")
                + "\nBus Type: \t PCIe"
                + "\nDMA Size: \t 52 bits"
                + "\nBus Location: \t " + gpu.pciAddress()
                + "\nDevice Minor: \t " + gpu.minor()
                + "\nGPU Excluded:\t No\n";
    }

    private static String numbers(String node) {
        return switch (node) {
            case "nvidiactl" -> FRONTEND_MAJOR + " 255";
            case "nvidia-modeset" -> FRONTEND_MAJOR + " 254";
            case "nvidia-uvm" -> UVM_MAJOR + " 0";
            case "nvidia-uvm-tools" -> UVM_MAJOR + " 1";
            default -> {
                String minor = node.replaceAll("\\D", "");
                boolean gpu = node.matches("nvidia\\d+");
                yield (gpu ? FRONTEND_MAJOR : CAPABILITIES_MAJOR) + " " + (minor.isEmpty() ? "0" : minor);
            }
        };
    }

    private void writeInstalledDriver() throws IOException {
        if (host.moduleOnDisk().isPresent()) {
            String modules = "lib/modules/" + host.kernelRelease();
            write(modules + "/updates/dkms/nvidia.ko.zst", "");
            write(modules + "/modules.dep", "updates/dkms/nvidia.ko.zst: kernel/drivers/video/backlight.ko.zst\n");
            Files.createDirectories(root.resolve(
                    "var/lib/dkms/nvidia/" + host.moduleOnDisk().get() + "/" + host.kernelRelease() + "/x86_64"));
        }
        if (host.library().isPresent()) {
            String file = "libnvidia-ml.so." + host.library().get();
            write(LIBRARIES + file, "");
            link(LIBRARIES + "libnvidia-ml.so.1", file);
            write("usr/bin/nvidia-smi", "");
        }
    }

    private void write(String path, String text) throws IOException {
        SimulatedHost.write(root, path, text);
    }

    private void link(String path, String target) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.createSymbolicLink(root.resolve(path), Path.of(target));
    }
}
