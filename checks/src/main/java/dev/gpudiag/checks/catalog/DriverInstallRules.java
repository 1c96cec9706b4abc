package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Status;
import java.util.List;

/** The rules of {@code driver-install}. */
final class DriverInstallRules {

    static final List<Rule> ALL = List.of(
            new Rule(
                    "drv.kernel_match",
                    "/lib/modules, /boot, /var/lib/dkms; uname -r",
                    "a newer bootable kernel of the running one's flavour has no nvidia module, and the running one has",
                    Status.WARNING,
                    "dkms autoinstall -k KERNEL, before the next reboot",
                    "dkms(8)"),
            new Rule(
                    "drv.gsp",
                    "nvmlDeviceGetGspFirmwareVersion, nvmlDeviceGetGspFirmwareMode; /lib/firmware/nvidia/VERSION",
                    "firmware of another branch than the driver's runs (INFO within the branch), or there is none on"
                            + " disk for a driver that runs with it; off is not judged, as older chips run without",
                    Status.WARNING,
                    "install the firmware package of the driver's version",
                    "NVIDIA driver README, GSP firmware"),
            new Rule(
                    "drv.branch_eol",
                    "driver version; a table of branches with its date",
                    "the branch has ended",
                    Status.INFO,
                    "plan an upgrade to a branch that runs this GPU",
                    "NVIDIA data center driver branches (R620)"),
            new Rule(
                    "drv.persistence",
                    "nvmlDeviceGetPersistenceMode; /run/nvidia-persistenced/socket",
                    "off on a data centre GPU, and no nvidia-persistenced; not judged in a container, for a virtual GPU,"
                            + " GeForce and workstation GPUs, or one with a display",
                    Status.INFO,
                    "systemctl enable --now nvidia-persistenced",
                    "DCGM software test, gpud, Azure node health checks"),
            new Rule(
                    "drv.pin",
                    "logs of apt and dnf, /var/log/waagent.log; versions of module, library and disk",
                    "library or module on disk are not the loaded module's, and the log says who upgraded them",
                    Status.WARNING,
                    "apt-mark hold, dnf versionlock, or the extension's own setting",
                    "gpudiag, after threads of issue trackers"),
            new Rule(
                    "drv.nvidia_smi",
                    "/usr/bin/nvidia-smi and where driver containers put it",
                    "NVML works and nvidia-smi is nowhere",
                    Status.INFO,
                    "nothing, or install nvidia-utils",
                    "gpudiag"),
            new Rule(
                    "drv.toolkit_ldconfig",
                    "/etc/nvidia-container-runtime/config.toml",
                    "ldconfig = \"@PATH\" names a file that the host does not have: no GPU container starts",
                    Status.WARNING,
                    "set it to @/sbin/ldconfig, or @/sbin/ldconfig.real on Ubuntu",
                    "NVIDIA container toolkit"),
            new Rule(
                    "drv.engine_runtime",
                    "/etc/docker/daemon.json; /etc/containerd/config.toml, conf.d; /etc/crio/crio.conf, crio.conf.d",
                    "the default runtime is a program that the host does not have: no container of that engine starts",
                    Status.WARNING,
                    "install the container toolkit, or take the default runtime out",
                    "Docker, containerd and CRI-O documentation"),
            new Rule(
                    "drv.engine_registration",
                    "as drv.engine_runtime; /etc/cdi, /var/run/cdi; unit and defaults of Docker",
                    "a container toolkit is installed, none of the installed engines names NVIDIA, and there is no CDI"
                            + " specification; not judged beside k3s, RKE2, MicroK8s and k0s",
                    Status.INFO,
                    "nvidia-ctk runtime configure --runtime=docker, containerd or crio; restart the engine",
                    "NVIDIA container toolkit, installation guide"),
            new Rule(
                    "drv.fabric_manager",
                    "/var/lib/dpkg/status; PCI class 0x0680; driver version",
                    "NVSwitches are there, and the installed fabric manager is not of the driver's version",
                    Status.WARNING,
                    "install the fabric manager of the driver's version",
                    "NVIDIA Fabric Manager user guide"),
            new Rule(
                    "drv.vgpu",
                    "nvmlDeviceGetVirtualizationMode, nvmlDeviceGetGridLicensableFeatures",
                    "a virtual GPU: what it cannot tell, and its licence; without one WARNING",
                    Status.WARNING,
                    "nvidia-smi -q | grep -i licen",
                    "NVIDIA vGPU documentation"));

    private DriverInstallRules() {}
}
