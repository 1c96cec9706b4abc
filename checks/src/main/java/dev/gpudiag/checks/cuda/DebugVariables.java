package dev.gpudiag.checks.cuda;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Variables that were meant for debugging and slow a program down or change what it does, after DCGM's software test; the
 * last two are gpudiag's own.
 */
public final class DebugVariables {

    /** Set to a path they act; set to a number they act unless it is 0. */
    private static final List<String> NAMES = List.of(
            "NSIGHT_CUDA_DEBUGGER",
            "CUDA_INJECTION32_PATH",
            "CUDA_INJECTION64_PATH",
            "CUDA_AUTO_BOOST",
            "CUDA_ENABLE_COREDUMP_ON_EXCEPTION",
            "CUDA_COREDUMP_FILE",
            "CUDA_DEVICE_WAITS_ON_EXCEPTION",
            "CUDA_PROFILE",
            "COMPUTE_PROFILE",
            "OPENCL_PROFILE",
            "CUDA_LAUNCH_BLOCKING",
            "PYTORCH_NO_CUDA_MEMORY_CACHING");

    /** Values that turn a variable off. */
    private static final Set<String> OFF = Set.of("", "0");

    private DebugVariables() {}

    /** Those that are set and not turned off, as {@code NAME=value}. */
    public static List<String> in(Map<String, String> environment) {
        return NAMES.stream()
                .filter(name -> !OFF.contains(environment.getOrDefault(name, "").strip()))
                .map(name -> name + "=" + environment.get(name))
                .toList();
    }
}
