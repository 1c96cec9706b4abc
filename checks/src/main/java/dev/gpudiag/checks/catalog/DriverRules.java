package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Status;
import java.util.List;

/** The rules of {@code driver}. */
final class DriverRules {

    private static final String BUS = "/sys/bus/pci/devices: vendor 0x10de, class 0x0300 or 0x0302";
    private static final String SUPPORT = "gpudiag's table of branches and GPUs, after NVIDIA's release notes";

    static final List<Rule> ALL = List.of(
            new Rule(
                    "drv.module_loaded",
                    "/sys/module/nvidia, /proc/modules, /proc/driver/nvidia/version; " + BUS,
                    "a GPU on the bus, or an installed driver, and no kernel module nvidia; GPUs given to virtual"
                            + " machines (vfio-pci) are not counted",
                    Status.CRITICAL,
                    "modprobe nvidia; dkms status; Secure Boot",
                    "NVIDIA driver README, installed components"),
            new Rule(
                    "drv.nouveau",
                    "/sys/bus/pci/devices/*/driver",
                    "a GPU bound to nouveau or nova; a module that is loaded and holds no GPU is INFO",
                    Status.CRITICAL,
                    "blacklist it, rebuild the initramfs, reboot",
                    "DCGM software test"),
            new Rule(
                    "drv.version_mismatch",
                    "/sys/module/nvidia/version, /proc/driver/nvidia/version; libnvidia-ml.so.1; nvmlInit_v2",
                    "versions of kernel module and library differ, or return code 18; WARNING while NVML still answers",
                    Status.CRITICAL,
                    "drain, then reboot or reload the driver; hold the packages",
                    "nvml.h: NVML_ERROR_LIB_RM_VERSION_MISMATCH"),
            new Rule(
                    "drv.module_on_disk",
                    "/lib/modules/RELEASE: section .modinfo of nvidia.ko",
                    "the module on disk is of another version than the loaded one",
                    Status.INFO,
                    "reboot at the next gap",
                    "modinfo(8)"),
            new Rule(
                    "drv.nvml_init",
                    "nvmlInit_v2, where /proc and /sys do not say that it must fail",
                    "any return code but 0, after the host's files: they say why, the code often does not",
                    Status.CRITICAL,
                    "by cause: dmesg, lspci, device nodes, library",
                    "nvml.h: nvmlReturn_t"),
            new Rule(
                    "drv.not_answering",
                    "nvmlInit_v2 with a deadline",
                    "no answer by the deadline",
                    Status.CRITICAL,
                    "look for Xid 119, 120 or 79; drain and reboot",
                    "gpudiag"),
            new Rule(
                    "drv.flavour",
                    "/proc/driver/nvidia/version, licence of the module on disk; PCI device ids",
                    "no GPU usable, and the open module for a GPU before Turing, or the proprietary one for Blackwell",
                    Status.CRITICAL,
                    "install the driver with the other flavour",
                    "NVIDIA open-gpu-kernel-modules: osapi.c"),
            new Rule(
                    "drv.arch_eol",
                    "driver version; nvmlDeviceGetCudaComputeCapability, PCI device ids",
                    "the branch is older than the first, or newer than the last, that runs this GPU",
                    Status.CRITICAL,
                    "install a branch that runs it",
                    SUPPORT),
            new Rule(
                    "drv.dev_nodes",
                    "/dev/nvidiactl, /dev/nvidiaN, /dev/nvidia-uvm, /dev/nvidia-modeset",
                    "no character device, or another major and minor than the driver's; while NVML answers it is"
                            + " WARNING, and an absent nvidia-uvm INFO",
                    Status.CRITICAL,
                    "nvidia-modprobe -c0 -u; in a container give it its GPUs",
                    "nvidia-modprobe(1)"),
            new Rule(
                    "drv.agent_died",
                    "agent.json and calls in the agent's state directory",
                    "the agent before this one ended without being asked to, while the node ran on; said for a day, with the"
                            + " calls it was in",
                    Status.INFO,
                    "journalctl -u gpudiag; dmesg",
                    "gpudiag"),
            new Rule(
                    "drv.passed_through",
                    "/sys/bus/pci/devices/*/driver",
                    "a GPU bound to vfio-pci or pci-stub: intended, and said",
                    Status.INFO,
                    "nothing",
                    "gpudiag"));

    private DriverRules() {}
}
