package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a serving engine or framework says of its memory on its metrics endpoint.
 *
 * @param url the endpoint
 * @param kind whose metrics these are
 * @param figures what it tells, by {@link Figure}
 * @param preemptionsPerMinute between this reading and the one before; empty at the first
 */
public record ServingEngine(String url, Kind kind, Map<Figure, Double> figures, OptionalDouble preemptionsPerMinute) {

    /** Whose metrics. */
    public enum Kind {
        VLLM("vLLM"),
        SGLANG("SGLang"),
        TRITON("Triton"),
        JAX("JAX"),
        UNKNOWN("unknown");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        public String title() {
            return title;
        }
    }

    /** What an endpoint may tell. */
    public enum Figure {
        /** Part of the KV cache in use, 0 to 1; the fullest where there are several. */
        KV_CACHE_USAGE("kv_cache_usage_ratio", "ratio"),
        REQUESTS_RUNNING("requests_running", "requests"),
        REQUESTS_WAITING("requests_waiting", "requests"),
        /** Sequences that were thrown out of a full KV cache, since the engine's start. */
        PREEMPTIONS("preemptions_total", "sequences"),
        /** Pool of pinned or device memory. */
        POOL_USED("pool_used_bytes", "bytes"),
        POOL_TOTAL("pool_total_bytes", "bytes"),
        BYTES_IN_USE("allocator_in_use_bytes", "bytes"),
        BYTES_LIMIT("allocator_limit_bytes", "bytes"),
        LARGEST_FREE_BLOCK("largest_free_block_bytes", "bytes");

        private final String id;
        private final String unit;

        Figure(String id, String unit) {
            this.id = id;
            this.unit = unit;
        }

        public String id() {
            return id;
        }

        public String unit() {
            return unit;
        }
    }

    public ServingEngine {
        requireNonNull(url, "url is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(preemptionsPerMinute, "preemptionsPerMinute is null");
        figures = Map.copyOf(figures);
    }

    public Optional<Double> figure(Figure figure) {
        return Optional.ofNullable(figures.get(figure));
    }
}
