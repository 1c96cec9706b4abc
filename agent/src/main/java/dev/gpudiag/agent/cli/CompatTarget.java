package dev.gpudiag.agent.cli;

import dev.gpudiag.checks.cuda.CompatibilityQuestion.GpuClass;
import dev.gpudiag.checks.cuda.Decision;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Version;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Driver and GPU on which something is to run.
 *
 * @param driver of the kernel
 * @param driverCuda newest CUDA that the driver says it runs
 * @param brand as NVIDIA_REQUIRE_CUDA names it, such as {@code tesla}
 */
record CompatTarget(
        Optional<Version> driver,
        Optional<Version> driverCuda,
        Optional<Version> capability,
        Optional<GpuClass> gpuClass,
        Optional<String> brand) {

    /** One target for each GPU of a node; one without a GPU where none is known. */
    static List<CompatTarget> of(NodeSample sample) {
        Optional<Version> driver = sample.driver()
                .get(HostQuantities.DRIVER_VERSION)
                .value()
                .or(() -> sample.driver().get(HostQuantities.MODULE_VERSION).value())
                .flatMap(Version::parse);
        Optional<Version> cuda =
                sample.driver().get(HostQuantities.CUDA_DRIVER_VERSION).value().flatMap(Version::parse);
        List<CompatTarget> targets = sample.gpus().stream()
                .map(gpu -> of(driver, cuda, gpu))
                .distinct()
                .toList();
        return targets.isEmpty()
                ? List.of(new CompatTarget(driver, cuda, Optional.empty(), Optional.empty(), Optional.empty()))
                : targets;
    }

    private static CompatTarget of(Optional<Version> driver, Optional<Version> cuda, GpuSample gpu) {
        return new CompatTarget(
                driver,
                cuda,
                gpu.readings().value(GpuQuantities.COMPUTE_CAPABILITY).flatMap(Version::parse),
                gpu.identity().name().flatMap(GpuClass::ofName),
                gpu.readings().value(GpuQuantities.BRAND).map(CompatTarget::toolkitBrand));
    }

    /** NVML's product brand in the container toolkit's spelling. */
    private static String toolkitBrand(String brand) {
        return brand.toLowerCase(Locale.ROOT).replace("nvidia ", "nvidia").replace(" ", "");
    }

    CompatTarget with(Optional<Version> arch, Optional<GpuClass> kind) {
        return new CompatTarget(driver, driverCuda, arch.or(this::capability), kind.or(this::gpuClass), brand);
    }

    static Decision unknownDriver() {
        return new Decision(
                Decision.Result.UNKNOWN,
                "none",
                OptionalInt.empty(),
                Optional.empty(),
                List.of("no driver version could be read here"),
                List.of("say --driver VERSION, or run gpudiag check driver"));
    }

    static Decision unknownToolkit() {
        return new Decision(
                Decision.Result.UNKNOWN,
                "none",
                OptionalInt.empty(),
                Optional.empty(),
                List.of("the image's configuration names no CUDA version"),
                List.of("look for libcudart in it, or say --cuda VERSION"));
    }
}
