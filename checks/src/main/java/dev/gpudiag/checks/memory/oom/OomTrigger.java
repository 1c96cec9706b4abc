package dev.gpudiag.checks.memory.oom;

import java.util.Optional;
import java.util.regex.Pattern;

/** The lines by which a log says that memory ran out. */
enum OomTrigger {
    VLLM_NO_ROOM(
            OomSource.VLLM,
            OomEvent.Kind.NO_ROOM_FOR_KV_CACHE,
            "No available memory for the cache blocks|(?:Cannot|Failed to|Could not) allocate KV cache"),
    VLLM_SEQUENCE(
            OomSource.VLLM,
            OomEvent.Kind.SEQUENCE_EXCEEDS_KV_CACHE,
            "is larger than the (?:maximum number of tokens that can be stored in KV cache|available KV cache memory)"),
    VLLM_LESS_FREE(
            OomSource.VLLM,
            OomEvent.Kind.LESS_FREE_THAN_WANTED,
            "on startup is less than desired GPU memory utilization"),
    SGLANG(
            OomSource.SGLANG,
            OomEvent.Kind.NO_ROOM_FOR_KV_CACHE,
            "Not enough memory\\. Please try (?:increasing|to increase) --mem-fraction-static"),
    CPU(
            OomSource.HOST,
            OomEvent.Kind.ALLOCATION_FAILED,
            "DefaultCPUAllocator: (?:can't allocate|not enough) memory|Out of memory: Killed process \\d|"
                    + "Memory cgroup out of memory: Killed process \\d|oom-kill:constraint="),
    NCCL(
            OomSource.NCCL,
            OomEvent.Kind.ALLOCATION_FAILED,
            "(?:NCCL|nccl).{0,200}out of memory|Cuda failure (?:\\d{1,3} )?'out of memory'"),
    TENSORFLOW(OomSource.TENSORFLOW, OomEvent.Kind.ALLOCATION_FAILED, "OOM when allocating tensor with shape"),
    BFC(OomSource.XLA, OomEvent.Kind.ALLOCATION_FAILED, "Allocator \\([^)]{1,64}\\) ran out of memory"),
    XLA(
            OomSource.XLA,
            OomEvent.Kind.ALLOCATION_FAILED,
            "RESOURCE_EXHAUSTED:|Resource exhausted: Out of memory|Out of memory while trying to allocate"),
    TORCH(
            OomSource.PYTORCH,
            OomEvent.Kind.ALLOCATION_FAILED,
            "Tried to allocate \\d|(?:CUDA|HIP|XPU) out of memory|torch\\.(?:cuda\\.)?OutOfMemoryError"),
    CUDA(
            OomSource.CUDA,
            OomEvent.Kind.ALLOCATION_FAILED,
            "CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation|CUDA (?:driver |runtime )?error: out of memory|"
                    + "cudaMalloc failed: out of memory|CUBLAS_STATUS_ALLOC_FAILED|CUDNN_STATUS_ALLOC_FAILED|"
                    + "cupy\\.cuda\\.memory\\.OutOfMemoryError|CudaAPIError: \\[2\\]|CUDA error 2\\b");

    private final OomSource source;
    private final OomEvent.Kind kind;
    private final Pattern pattern;

    OomTrigger(OomSource source, OomEvent.Kind kind, String pattern) {
        this.source = source;
        this.kind = kind;
        this.pattern = Pattern.compile(pattern);
    }

    /** The first, in the order of declaration, whose words are in the line. */
    static Optional<OomTrigger> in(String line) {
        for (OomTrigger trigger : values()) {
            if (trigger.pattern.matcher(line).find()) {
                return Optional.of(trigger);
            }
        }
        return Optional.empty();
    }

    OomSource source() {
        return source;
    }

    OomEvent.Kind kind() {
        return kind;
    }
}
