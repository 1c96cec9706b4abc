package dev.gpudiag.telemetry;

import static dev.gpudiag.telemetry.Quantity.count;
import static dev.gpudiag.telemetry.Quantity.decimal;
import static dev.gpudiag.telemetry.Quantity.flag;
import static dev.gpudiag.telemetry.Quantity.text;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything that gpudiag can know of a node and its driver, one line each. */
public final class HostQuantities {

    // driver, as NVML says
    public static final Quantity<String> DRIVER_VERSION = text("driver_version", "nvmlSystemGetDriverVersion");
    public static final Quantity<String> NVML_VERSION = text("nvml_version", "nvmlSystemGetNVMLVersion");
    public static final Quantity<String> CUDA_DRIVER_VERSION = text("cuda_driver_version", "newest CUDA it runs, 12.4");
    public static final Quantity<Long> GPU_COUNT = count("gpu_count", "GPUs that NVML counts");

    public static final Quantity<Boolean> CONFIDENTIAL_COMPUTE =
            flag("confidential_compute", "whether memory is encrypted against the host (R535 on)");

    // driver, as the host says
    public static final Quantity<String> LIBRARY_PATH = text("library_path", "libnvidia-ml.so.1 that was found");
    public static final Quantity<String> LIBRARY_VERSION = text("library_version", "version of that file");
    public static final Quantity<Boolean> MODULE_LOADED = flag("module_loaded", "whether the nvidia module is loaded");
    public static final Quantity<String> MODULE_VERSION = text("module_version", "version of the loaded nvidia module");
    public static final Quantity<String> MODULE_FLAVOUR = text("module_flavour", "open or proprietary");
    public static final Quantity<String> MODULE_ON_DISK_VERSION =
            text("module_on_disk_version", "version of the module that the running kernel would load");
    public static final Quantity<Boolean> NOUVEAU_LOADED = flag("nouveau_loaded", "whether nouveau or nova is loaded");
    public static final Quantity<Boolean> DRIVER_INSTALLED =
            flag("driver_installed", "whether driver files are on disk, loaded or not");

    public static final Quantity<Boolean> FABRIC_MANAGER_RUNNING =
            flag("fabric_manager_running", "whether nv-fabricmanager runs; looked for where there are NVSwitches");

    public static final Quantity<String> FABRIC_MANAGER_VERSION =
            text("fabric_manager_version", "version of its package; looked for where there are NVSwitches");

    // what belongs to an installed driver
    public static final Quantity<String> NEXT_KERNEL =
            text("next_kernel", "newest bootable kernel of the running one's flavour, where it is newer");
    public static final Quantity<Boolean> NEXT_KERNEL_HAS_MODULE =
            flag("next_kernel_has_module", "whether an nvidia module for it is on disk");
    public static final Quantity<String> GSP_FIRMWARE_ON_DISK =
            text("gsp_firmware_on_disk", "driver versions whose GSP firmware is on disk, separated by commas");
    public static final Quantity<Boolean> NVIDIA_SMI_INSTALLED =
            flag("nvidia_smi_installed", "whether nvidia-smi is on disk");
    public static final Quantity<Boolean> PERSISTENCED_RUNNING =
            flag("persistenced_running", "whether nvidia-persistenced has its socket");
    public static final Quantity<String> DRIVER_CHANGE =
            text("driver_change", "last change of the driver's packages, as the package manager's log says");
    public static final Quantity<String> DRIVER_CHANGED_BY =
            text("driver_changed_by", "apt, unattended-upgrade, dnf or cloud extension");
    public static final Quantity<String> TOOLKIT_MISSING_LDCONFIG = text(
            "toolkit_missing_ldconfig", "ldconfig that the container toolkit is told to run and that is not there");

    // container toolkit
    public static final Quantity<String> ENGINE_MISSING_RUNTIME = text(
            "engine_missing_runtime",
            "default runtimes of container engines whose program is not there; empty for none");
    public static final Quantity<String> ENGINES_WITHOUT_NVIDIA = text(
            "engines_without_nvidia",
            "container engines, where none knows NVIDIA's runtime and there is no CDI specification; empty for none");
    public static final Quantity<String> CDI_SPECS = text("cdi_specs", "CDI specifications of NVIDIA devices");
    public static final Quantity<String> CDI_MISSING_FILES =
            text("cdi_missing_files", "files that these name and that are not there; empty for none");

    public static final Quantity<Boolean> DEVICE_LINKS =
            flag("device_links", "whether /dev/char has links to NVIDIA's nodes, by which runc finds them again");

    // the agent
    public static final Quantity<String> AGENT_DIED =
            text("agent_died", "how the agent before this one ended, where it was not asked to; told for a day");
    public static final Quantity<Double> AGENT_DIED_AT =
            decimal("agent_died_at_seconds", "when, in seconds since 1970");

    // host
    public static final Quantity<String> HOSTNAME = text("hostname", "name of the node");
    public static final Quantity<String> KERNEL_RELEASE = text("kernel_release", "release of the running kernel");
    public static final Quantity<String> BOOT_ID = text("boot_id", "random id of this boot");
    public static final Quantity<Double> UPTIME = decimal("uptime_seconds", "time since boot");
    public static final Quantity<Boolean> IN_CONTAINER = flag("in_container", "whether gpudiag runs in a container");
    public static final Quantity<Boolean> HOST_PROCESSES_VISIBLE =
            flag("host_processes_visible", "whether gpudiag, and with it NVML, sees the processes of the whole host");
    public static final Quantity<String> OPERATING_SYSTEM = text("operating_system", "name and version");
    public static final Quantity<String> PROCESSOR = text("processor", "model name of the processor");
    public static final Quantity<Long> PROCESSOR_COUNT = count("processor_count", "logical processors");
    public static final Quantity<Long> HOST_MEMORY_TOTAL = count("host_memory_total_bytes", "main memory");
    public static final Quantity<Long> HOST_MEMORY_AVAILABLE = count("host_memory_available_bytes", "available memory");

    private static final List<Quantity<?>> ALL = GpuQuantities.declared(HostQuantities.class);
    private static final Map<String, Quantity<?>> BY_ID = GpuQuantities.byId(ALL);

    private HostQuantities() {}

    public static List<Quantity<?>> all() {
        return ALL;
    }

    public static Optional<Quantity<?>> byId(String id) {
        return Optional.ofNullable(BY_ID.get(id));
    }
}
