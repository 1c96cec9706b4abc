package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Status;
import java.util.List;

/** The rules of {@code devices}. */
final class DevicesRules {

    static final List<Rule> ALL = List.of(
            new Rule(
                    "drv.pci_present",
                    "/sys/bus/pci/devices: vendor 0x10de, class 0x0300 or 0x0302; NVML's list",
                    "a GPU on the bus and not in NVML; in a container that has device nodes for fewer, INFO",
                    Status.CRITICAL,
                    "dmesg; look whether it is excluded; reboot, power-cycle",
                    "DCGM software test"),
            new Rule(
                    "gpu.lost",
                    "any NVML call; configuration space",
                    "return code 15 or 16, no answer by the deadline, every reading failed, or vendor 0xffff",
                    Status.CRITICAL,
                    "drain, then power-cycle or reset",
                    "nvml.h: NVML_ERROR_GPU_IS_LOST, NVML_ERROR_RESET_REQUIRED"),
            new Rule(
                    "gpu.count",
                    "nvmlDeviceGetCount_v2; devices.expect-count; the baseline",
                    "fewer GPUs than expected, counted or saved; MIG devices are not counted",
                    Status.CRITICAL,
                    "look for Xid 79; power-cycle, reseat",
                    "gpud, gcm, Azure node health checks"),
            new Rule(
                    "gpu.query_slow",
                    "time of each NVML call",
                    "a GPU gives no answer by the deadline",
                    Status.CRITICAL,
                    "look for Xid 119, 120 or 79; drain and reboot",
                    "gpudiag"),
            new Rule(
                    "devices.driver_wedged",
                    "time of each NVML call; Xid 119, 120, 79; processes in state D",
                    "none of several GPUs answers by the deadline: one finding for the node, with the suspect",
                    Status.CRITICAL,
                    "drain and reboot; power-cycle if that hangs",
                    "gpudiag"),
            new Rule(
                    "gpu.device_node",
                    "/dev/nvidiaN, N = nvmlDeviceGetMinorNumber",
                    "NVML answers and the node of a GPU is absent",
                    Status.WARNING,
                    "nvidia-modprobe -c N",
                    "nvidia-modprobe(1)"),
            new Rule(
                    "gpu.model",
                    "nvmlDeviceGetName; devices.expect-model",
                    "the name does not contain what is expected",
                    Status.WARNING,
                    "replace it, or change the setting",
                    "operator's configuration"),
            new Rule(
                    "drv.expected_version",
                    "driver version; devices.expect-driver",
                    "another version than expected",
                    Status.WARNING,
                    "install it, or change the setting",
                    "operator's configuration"),
            new Rule(
                    "nvl.expected_links",
                    "nvmlDeviceGetNvLinkState; devices.expect-links",
                    "fewer links up than expected; skipped under MIG",
                    Status.CRITICAL,
                    "nvidia-smi nvlink -s; fabric manager; reset",
                    "operator's configuration"));

    private DevicesRules() {}
}
