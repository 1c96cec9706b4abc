package dev.gpudiag.agent.endpoints;

import dev.gpudiag.telemetry.ServingEngine.Figure;
import dev.gpudiag.telemetry.ServingEngine.Kind;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;

/**
 * Picks the figures of memory out of the metrics of vLLM, SGLang, Triton and JAX, by the names that their releases use.
 * Not thread-safe.
 */
final class EngineMetrics {

    private final Map<Figure, Double> figures = new EnumMap<>(Figure.class);
    private Kind kind = Kind.UNKNOWN;

    private EngineMetrics() {}

    static EngineMetrics of(String page) {
        EngineMetrics metrics = new EngineMetrics();
        PrometheusText.read(page, metrics::sample);
        return metrics;
    }

    Kind kind() {
        return kind;
    }

    Map<Figure, Double> figures() {
        return figures;
    }

    private void sample(String name, double value) {
        if (name.startsWith("vllm:") || name.startsWith("vllm_")) {
            kind = Kind.VLLM;
            vllm(name.substring(5), value);
        } else if (name.startsWith("sglang:") || name.startsWith("sglang_")) {
            kind = Kind.SGLANG;
            sglang(name.substring(7), value);
        } else if (name.startsWith("nv_") && kind != Kind.VLLM) {
            kind = Kind.TRITON;
            triton(name, value);
        } else if (name.startsWith("jax_") || name.startsWith("jax:")) {
            kind = Kind.JAX;
            jax(name, value);
        }
    }

    /** The name of the usage changed with the second engine (V1); 0 to 1 in both, whatever the name says. */
    private void vllm(String name, double value) {
        switch (name) {
            case "kv_cache_usage_perc", "gpu_cache_usage_perc" -> ratio(value);
            case "num_requests_running" -> put(Figure.REQUESTS_RUNNING, value, Double::sum);
            case "num_requests_waiting" -> put(Figure.REQUESTS_WAITING, value, Double::sum);
            case "num_preemptions_total" -> put(Figure.PREEMPTIONS, value, Double::sum);
            default -> {} // not about memory
        }
    }

    private void sglang(String name, double value) {
        switch (name) {
            case "token_usage" -> ratio(value);
            case "num_running_reqs" -> put(Figure.REQUESTS_RUNNING, value, Double::sum);
            case "num_queue_reqs" -> put(Figure.REQUESTS_WAITING, value, Double::sum);
            case "num_retractions_total", "num_retracted_reqs_total" -> put(Figure.PREEMPTIONS, value, Double::sum);
            default -> {} // not about memory
        }
    }

    /** nv_gpu_memory_* is of the whole device, as NVML has it. */
    private void triton(String name, double value) {
        switch (name) {
            case "nv_pinned_memory_pool_used_bytes", "nv_cuda_memory_pool_used_bytes" ->
                put(Figure.POOL_USED, value, Double::sum);
            case "nv_pinned_memory_pool_total_bytes", "nv_cuda_memory_pool_total_bytes" ->
                put(Figure.POOL_TOTAL, value, Double::sum);
            default -> {} // not about memory that it manages
        }
    }

    /** As exporters name the keys of device.memory_stats(); of several devices the one with the least room counts. */
    private void jax(String name, double value) {
        if (name.endsWith("peak_bytes_in_use")) {
            return;
        }
        if (name.endsWith("largest_free_block_bytes")) {
            put(Figure.LARGEST_FREE_BLOCK, value, Math::min);
        } else if (name.endsWith("bytes_in_use")) {
            put(Figure.BYTES_IN_USE, value, Math::max);
        } else if (name.endsWith("bytes_limit")) {
            put(Figure.BYTES_LIMIT, value, Math::min);
        }
    }

    private void ratio(double value) {
        if (value >= 0 && value <= 1) {
            put(Figure.KV_CACHE_USAGE, value, Math::max);
        }
    }

    private void put(Figure figure, double value, DoubleBinaryOperator together) {
        if (value >= 0) {
            figures.merge(figure, value, together::applyAsDouble);
        }
    }
}
