package dev.gpudiag.checks.cuda;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.telemetry.Version;
import java.util.Optional;

/**
 * What is to run, and on what.
 *
 * @param toolkit CUDA of the program, {@code 12.4}; a major version alone stands for all its minor ones
 * @param driver version of the kernel driver
 * @param driverCuda newest CUDA that the driver says it runs, where it was asked
 * @param capability compute capability of the GPU
 * @param gpuClass what kind of board it is
 * @param compatLibrary version of a forward-compatibility libcuda that the program would load: of CUDA ({@code 13.0}) or of
 *     its driver ({@code 580.65.06})
 * @param jit whether it compiles at run time (PTX, NVRTC, Triton, torch.compile)
 * @param fabricDown whether this is an NVSwitch machine whose fabric manager does not run
 */
public record CompatibilityQuestion(
        Version toolkit,
        Version driver,
        Optional<Version> driverCuda,
        Optional<Version> capability,
        Optional<GpuClass> gpuClass,
        Optional<Version> compatLibrary,
        boolean jit,
        boolean fabricDown) {

    /** Kinds of boards; only data-centre ones take forward compatibility as a rule. */
    public enum GpuClass {
        DATACENTER,
        WORKSTATION,
        GEFORCE;

        /** From a product name such as {@code NVIDIA A100-SXM4-80GB}; empty where it tells nothing. */
        public static Optional<GpuClass> ofName(String name) {
            return GpuModel.ofName(name).gpuClass();
        }
    }

    public CompatibilityQuestion {
        requireNonNull(toolkit, "toolkit is null");
        requireNonNull(driver, "driver is null");
        requireNonNull(driverCuda, "driverCuda is null");
        requireNonNull(capability, "capability is null");
        requireNonNull(gpuClass, "gpuClass is null");
        requireNonNull(compatLibrary, "compatLibrary is null");
    }

    /** A program on a driver and a GPU, with nothing else known. */
    public static CompatibilityQuestion of(Version toolkit, Version driver, Optional<Version> capability) {
        return new CompatibilityQuestion(
                toolkit, driver, Optional.empty(), capability, Optional.empty(), Optional.empty(), false, false);
    }

    public CompatibilityQuestion withToolkit(Version other) {
        return new CompatibilityQuestion(
                other, driver, driverCuda, capability, gpuClass, compatLibrary, jit, fabricDown);
    }

    public CompatibilityQuestion withDriver(Version other) {
        return new CompatibilityQuestion(
                toolkit, other, driverCuda, capability, gpuClass, compatLibrary, jit, fabricDown);
    }

    public CompatibilityQuestion withCompat(GpuClass kind, Version library) {
        return new CompatibilityQuestion(
                toolkit, driver, driverCuda, capability, Optional.of(kind), Optional.of(library), jit, fabricDown);
    }

    public CompatibilityQuestion withJit() {
        return new CompatibilityQuestion(
                toolkit, driver, driverCuda, capability, gpuClass, compatLibrary, true, fabricDown);
    }
}
