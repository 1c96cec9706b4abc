package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Status;
import java.util.List;

/** The rules of {@code cuda-compat}. */
final class CudaCompatRules {

    private static final String TOOLKIT = "NVIDIA container toolkit, internal/requirements and internal/config/image";
    private static final String GUIDE = "NVIDIA CUDA Compatibility guide, v615";
    private static final String ENVIRON = "/proc/PID/environ";

    static final List<Rule> ALL = List.of(
            new Rule(
                    "ctr.cuda_vs_driver",
                    "/proc/PID/maps, wheels, version.json, packages, environment, image; driver version",
                    "the toolkit needs a newer driver: error 35; by minor-version compatibility INFO, and WARNING where it"
                            + " compiles at run time; WARNING also where only the image says so, or where it holds"
                            + " memory all the same",
                    Status.CRITICAL,
                    "use an image of the CUDA that is named, or a newer driver",
                    GUIDE),
            new Rule(
                    "ctr.arch_unsupported",
                    "as above; nvmlDeviceGetCudaComputeCapability",
                    "the GPU is older than what the toolkit compiles for: error 209; newer, and not of the same major:"
                            + " WARNING, since embedded PTX may help",
                    Status.CRITICAL,
                    "use an image built for this GPU",
                    "NVIDIA CUDA release notes"),
            new Rule(
                    "ctr.compat_lib_active",
                    "/proc/PID/maps: libcuda.so below compat/; name of the GPU",
                    "a forward-compatibility library not newer than the driver (803), on another branch than those"
                            + " listed (803), or on a GeForce (804); WARNING on workstation boards",
                    Status.CRITICAL,
                    "take the compat directory out of LD_LIBRARY_PATH",
                    GUIDE),
            new Rule(
                    "ctr.fabric_down",
                    "nvmlDeviceGetGpuFabricInfoV; processes that use CUDA",
                    "the GPU waits for its fabric manager, or was refused by it: error 802",
                    Status.CRITICAL,
                    "start nvidia-fabricmanager of the driver's version",
                    "NVIDIA Fabric Manager guide"),
            new Rule(
                    "ctr.lib_mismatch",
                    "/proc/PID/maps: libcuda, libnvidia-*; version of the loaded module",
                    "versions differ, and it is no compatibility library",
                    Status.CRITICAL,
                    "restart the container",
                    "nvml.h: NVML_ERROR_LIB_RM_VERSION_MISMATCH; CUDA error 803"),
            new Rule(
                    "ctr.lib_replaced",
                    "/proc/PID/maps",
                    "the driver's library was replaced on disk while it runs",
                    Status.INFO,
                    "restart it after the reboot",
                    "proc(5)"),
            new Rule(
                    "ctr.require_unsatisfied",
                    ENVIRON + ": NVIDIA_REQUIRE_*, CUDA_VERSION",
                    "what the image asks does not hold here; INFO where NVIDIA_DISABLE_REQUIRE is true, or where the"
                            + " devices came by CDI",
                    Status.WARNING,
                    "use an older image, or NVIDIA_DISABLE_REQUIRE=1 where CUDA runs",
                    TOOLKIT),
            new Rule(
                    "ctr.visible_devices",
                    ENVIRON + ": NVIDIA_VISIBLE_DEVICES; /proc/PID/root/dev",
                    "it names a GPU that this node does not have; or a program that uses CUDA has no /dev/nvidiaN",
                    Status.WARNING,
                    "runtimeClassName: nvidia; limits of nvidia.com/gpu",
                    TOOLKIT),
            new Rule(
                    "ctr.cap_missing",
                    ENVIRON + ": NVIDIA_DRIVER_CAPABILITIES; /proc/PID/maps",
                    "it is set without compute, and a program that uses CUDA has no libcuda",
                    Status.CRITICAL,
                    "NVIDIA_DRIVER_CAPABILITIES=compute,utility",
                    TOOLKIT),
            new Rule(
                    "ctr.bad_env",
                    ENVIRON,
                    "a variable for debugging is set and not 0",
                    Status.WARNING,
                    "unset it",
                    "DCGM software test; CUDA_LAUNCH_BLOCKING and PYTORCH_NO_CUDA_MEMORY_CACHING: gpudiag"),
            new Rule(
                    "ctr.conflicting_evidence",
                    "as ctr.cuda_vs_driver",
                    "traces of a toolkit disagree: what is mapped counts",
                    Status.INFO,
                    "nothing, unless the image was meant to bring that CUDA",
                    "gpudiag"),
            new Rule(
                    "ctr.unknown_version",
                    "as ctr.cuda_vs_driver",
                    "a program that uses CUDA shows no trace of a toolkit: a static runtime",
                    Status.INFO,
                    "nothing",
                    "gpudiag"),
            new Rule(
                    "ctr.cdi_stale",
                    "/etc/cdi, /var/run/cdi",
                    "a specification of NVIDIA devices names files that do not exist; INFO where it cannot be read",
                    Status.CRITICAL,
                    "nvidia-ctk cdi generate",
                    "CNCF CDI specification; NVIDIA container toolkit"),
            new Rule(
                    "ctr.devices_lost",
                    "/proc/PID/cgroup, /proc/PID/fd; devices.list of control groups of version 1",
                    "a process has a node of major 195 open and no rule of its control group allows one; version 2 does not"
                            + " tell",
                    Status.WARNING,
                    "restart the container",
                    "NVIDIA container toolkit, troubleshooting"),
            new Rule(
                    "ctr.device_links",
                    "/dev/char; containers that hold a GPU",
                    "no link to a device of major 195: a reload of systemd takes the GPUs from containers whose control"
                            + " groups are systemd's",
                    Status.INFO,
                    "nvidia-ctk system create-dev-char-symlinks --create-all",
                    "NVIDIA container toolkit, troubleshooting"));

    private CudaCompatRules() {}
}
