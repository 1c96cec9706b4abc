package dev.gpudiag.checks.cuda;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.checks.cuda.CompatibilityQuestion.GpuClass;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Version;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Driver and GPU on which something is to run.
 *
 * @param driver of the kernel
 * @param driverCuda newest CUDA that the driver says it runs
 * @param brand as NVIDIA_REQUIRE_CUDA names it, such as {@code tesla}
 * @param fabricDown whether its NVLink fabric is not up, without which no CUDA program starts
 */
public record Platform(
        Optional<Version> driver,
        Optional<Version> driverCuda,
        Optional<Version> capability,
        Optional<GpuClass> gpuClass,
        Optional<String> brand,
        boolean fabricDown) {

    public Platform {
        requireNonNull(driver, "driver is null");
        requireNonNull(driverCuda, "driverCuda is null");
        requireNonNull(capability, "capability is null");
        requireNonNull(gpuClass, "gpuClass is null");
        requireNonNull(brand, "brand is null");
    }

    /** A driver, and a GPU as far as it is known. */
    public static Platform of(Version driver, Optional<Version> capability, Optional<GpuClass> kind) {
        return new Platform(Optional.of(driver), Optional.empty(), capability, kind, Optional.empty(), false);
    }

    /** One for each kind of GPU of a node; one without a GPU where none is known. */
    public static List<Platform> of(NodeSample sample) {
        List<Platform> platforms =
                sample.gpus().stream().map(gpu -> of(sample, gpu)).distinct().toList();
        return platforms.isEmpty()
                ? List.of(new Platform(
                        driver(sample), cuda(sample), Optional.empty(), Optional.empty(), Optional.empty(), false))
                : platforms;
    }

    /** A node's driver with one of its GPUs. */
    public static Platform of(NodeSample sample, GpuSample gpu) {
        Optional<GpuModel> model = gpu.identity().name().map(GpuModel::ofName);
        return new Platform(
                driver(sample),
                cuda(sample),
                gpu.value(GpuQuantities.COMPUTE_CAPABILITY)
                        .flatMap(Version::parse)
                        .or(() -> model.flatMap(GpuModel::capability))
                        .or(() -> gpu.value(GpuQuantities.ARCHITECTURE).flatMap(GpuModel::capabilityOfArchitecture)),
                model.flatMap(GpuModel::gpuClass),
                gpu.value(GpuQuantities.BRAND).map(Platform::toolkitBrand),
                fabricDown(sample, gpu));
    }

    /** The module's version where it is known: a library of another version may be the one that answered. */
    private static Optional<Version> driver(NodeSample sample) {
        return sample.driver()
                .get(HostQuantities.MODULE_VERSION)
                .value()
                .or(() -> sample.driver().get(HostQuantities.DRIVER_VERSION).value())
                .flatMap(Version::parse);
    }

    private static Optional<Version> cuda(NodeSample sample) {
        return sample.driver().get(HostQuantities.CUDA_DRIVER_VERSION).value().flatMap(Version::parse);
    }

    /**
     * From Hopper on the GPU itself says whether a fabric manager has taken it in (R525); before, whether one runs where
     * there are NVSwitches.
     */
    private static boolean fabricDown(NodeSample sample, GpuSample gpu) {
        boolean noManager = sample.driver()
                .get(HostQuantities.FABRIC_MANAGER_RUNNING)
                .value()
                .filter(running -> !running)
                .isPresent();
        return switch (gpu.value(GpuQuantities.FABRIC_STATE).orElse("NOT_SUPPORTED")) {
            case "NOT_STARTED", "IN_PROGRESS" -> true;
            case "COMPLETED" -> gpu.value(GpuQuantities.FABRIC_STATUS).orElse(0L) != 0;
            default -> noManager;
        };
    }

    /** The driver's name of a product brand, of NVML or of nvidia-smi, in the container toolkit's spelling. */
    static String toolkitBrand(String brand) {
        String name = brand.toLowerCase(Locale.ROOT).strip();
        return switch (name) {
            case "nvidia virtual applications", "nvidia vapps" -> "vapps";
            case "nvidia virtual pc", "nvidia vpc" -> "vpc";
            case "nvidia virtual compute server", "nvidia vcs" -> "vcs";
            case "nvidia rtx virtual workstation", "nvidia vws" -> "vws";
            case "nvidia cloud gaming" -> "cloudgaming";
            default -> name.replace(" ", "");
        };
    }

    /** The same with what the user knows better. */
    public Platform with(Optional<Version> arch, Optional<GpuClass> kind) {
        return new Platform(driver, driverCuda, arch.or(this::capability), kind.or(this::gpuClass), brand, fabricDown);
    }

    /** The newest CUDA that the driver runs, by its own word or by the table. */
    public Optional<Version> knownCuda(CompatibilityTable table) {
        return driverCuda.or(() -> driver.flatMap(table::driverCuda));
    }

    /** Whether a program runs on it; empty where its driver is not known. */
    public Optional<CompatibilityQuestion> question(Version toolkit, Optional<Version> compatLibrary, boolean jit) {
        return driver.map(version -> new CompatibilityQuestion(
                toolkit, version, driverCuda, capability, gpuClass, compatLibrary, jit, fabricDown));
    }

    /** What {@link Requirement} may ask of it, as far as it is known. */
    public Map<String, String> facts(CompatibilityTable table) {
        Map<String, String> facts = new LinkedHashMap<>();
        knownCuda(table).ifPresent(version -> facts.put("cuda", version.toString()));
        driver.ifPresent(version -> facts.put("driver", version.toString()));
        capability.ifPresent(version -> facts.put("arch", version.toString()));
        brand.ifPresent(name -> facts.put("brand", name));
        return facts;
    }
}
