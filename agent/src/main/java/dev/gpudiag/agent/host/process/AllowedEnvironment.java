package dev.gpudiag.agent.host.process;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The few variables of a process's environment that are kept; all others may hold secrets and are never looked at.
 *
 * <p>It is the environment that the process began with: what it changed since does not show.
 */
final class AllowedEnvironment {

    static final String FILE = "environ";

    /** Bytes that are read. */
    static final int LIMIT = 1024 * 1024;

    private static final int VALUE_LIMIT = 8192;
    private static final int REQUIREMENTS = 32;
    private static final String REQUIREMENT = "NVIDIA_REQUIRE_";

    private static final Set<String> KEPT = Set.of(
            "COMPUTE_PROFILE",
            "CONDA_PREFIX",
            "CUDA_AUTO_BOOST",
            "CUDA_CACHE_DISABLE",
            "CUDA_COREDUMP_FILE",
            "CUDA_DEVICE_ORDER",
            "CUDA_DEVICE_WAITS_ON_EXCEPTION",
            "CUDA_DISABLE_PTX_JIT",
            "CUDA_ENABLE_COREDUMP_ON_EXCEPTION",
            "CUDA_FORCE_PTX_JIT",
            "CUDA_INJECTION32_PATH",
            "CUDA_INJECTION64_PATH",
            "CUDA_LAUNCH_BLOCKING",
            "CUDA_MODULE_LOADING",
            "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE",
            "CUDA_MPS_PINNED_DEVICE_MEM_LIMIT",
            "CUDA_MPS_PIPE_DIRECTORY",
            "CUDA_PROFILE",
            "CUDA_VERSION",
            "CUDA_VISIBLE_DEVICES",
            "LD_LIBRARY_PATH",
            "NSIGHT_CUDA_DEBUGGER",
            "NVIDIA_CUDA_END_OF_LIFE",
            "NVIDIA_DISABLE_REQUIRE",
            "NVIDIA_DRIVER_CAPABILITIES",
            "NVIDIA_PRODUCT_NAME",
            "NVIDIA_VISIBLE_DEVICES",
            "NV_CUDA_CUDART_VERSION",
            "OPENCL_PROFILE",
            "PYTORCH_ALLOC_CONF",
            "PYTORCH_CUDA_ALLOC_CONF",
            "PYTORCH_NO_CUDA_MEMORY_CACHING",
            "SLURM_JOB_ID",
            "TF_FORCE_GPU_ALLOW_GROWTH",
            "TF_GPU_ALLOCATOR",
            "XLA_PYTHON_CLIENT_ALLOCATOR",
            "XLA_PYTHON_CLIENT_MEM_FRACTION",
            "XLA_PYTHON_CLIENT_PREALLOCATE");

    private AllowedEnvironment() {}

    /** The kept variables among {@code NAME=value} strings with a NUL after each, by name. */
    static Map<String, String> parse(byte[] bytes) {
        Map<String, String> kept = new TreeMap<>();
        int start = 0;
        while (start < bytes.length) {
            int end = start;
            while (end < bytes.length && bytes[end] != 0) {
                end++;
            }
            keep(bytes, start, end, kept);
            start = end + 1;
        }
        return Collections.unmodifiableMap(kept);
    }

    private static void keep(byte[] bytes, int start, int end, Map<String, String> kept) {
        // every name that is kept begins with one of these; most variables are left behind without a copy
        if (start == end || "CNLOPSTX".indexOf(bytes[start]) < 0) {
            return;
        }
        int equals = start;
        while (equals < end && bytes[equals] != '=') {
            equals++;
        }
        if (equals == end || equals - start > 64) {
            return;
        }
        put(
                new String(bytes, start, equals - start, StandardCharsets.UTF_8),
                new String(bytes, equals + 1, Math.min(end - equals - 1, VALUE_LIMIT), StandardCharsets.UTF_8),
                kept);
    }

    /** Keeps one variable, if it is one of those that are kept; the first of a name counts, as for getenv. */
    static void put(String name, String value, Map<String, String> kept) {
        boolean requirement = name.startsWith(REQUIREMENT) && kept.size() < KEPT.size() + REQUIREMENTS;
        if (KEPT.contains(name) || requirement) {
            kept.putIfAbsent(name, value.length() <= VALUE_LIMIT ? value : value.substring(0, VALUE_LIMIT));
        }
    }
}
