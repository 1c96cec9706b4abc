package dev.gpudiag.checks.cuda;

import dev.gpudiag.telemetry.Version;
import java.util.List;

/**
 * One release of the CUDA toolkit.
 *
 * @param version with its update, {@code 12.4.1}
 * @param driver the driver that it came with, with which everything in it works
 * @param floor least driver of minor-version compatibility
 * @param leastCapability oldest GPU that it compiles for
 * @param greatestCapability newest GPU that it compiles for
 * @param compatBases driver branches on which its forward-compatibility package works
 * @param source of these figures
 */
public record Toolkit(
        Version version,
        Version driver,
        Version floor,
        Version leastCapability,
        Version greatestCapability,
        List<Integer> compatBases,
        String source) {

    private static final int THOR_MAJOR = 11;
    private static final int THOR_FROM = 13;

    public Toolkit {
        compatBases = List.copyOf(compatBases);
    }

    /** {@code 12.4} of 12.4.1. */
    public Version minorVersion() {
        return Version.of(version.major(), version.minor());
    }

    /** Whether the GPU is not older than what it compiles for. */
    boolean compilesFor(Version capability) {
        return capability.isAtLeast(leastCapability);
    }

    /** Whether it compiles for a GPU within its range: Thor is 11.0 from CUDA 13 on, and was 10.1 before. */
    boolean knows(Version capability) {
        return capability.major() != THOR_MAJOR || version.major() >= THOR_FROM;
    }

    /** The package that brings forward compatibility, {@code cuda-compat-12-4}. */
    public String compatPackage() {
        return "cuda-compat-" + version.major() + "-" + version.minor();
    }
}
