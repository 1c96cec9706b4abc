package dev.gpudiag.checks.memory.oom;

import java.util.List;
import java.util.Locale;

/** A cause of running out of memory, with what to do about it, cheapest first. */
public enum OomCause {
    BATCH_SIZE(
            "batch size",
            "halve the batch, and accumulate gradients to keep its effect",
            "checkpoint activations (gradient checkpointing), use bf16 or fp16",
            "for inference: run under torch.inference_mode()"),
    SEQUENCE_LENGTH(
            "sequence length and KV cache",
            "cap the input: max_model_len, max_seq_len, truncation, resolution, frames",
            "use attention that does not build the whole matrix (FlashAttention, SDPA), or chunked prefill",
            "fewer sequences at a time (max_num_seqs), a KV cache of fp8, tensor parallelism"),
    MODEL_TOO_LARGE(
            "model too large",
            "see what it needs: gpudiag fit",
            "quantize (int8, int4, fp8), or a smaller model",
            "for training: 8-bit or sharded optimizer (ZeRO, FSDP), offload, LoRA",
            "spread it over GPUs, or a larger GPU"),
    LEAK(
            "leak",
            "look for tensors that are kept: losses summed without .item(), lists of outputs, hooks, caches without bound",
            "record it: torch.cuda.memory._record_memory_history(), then gpudiag torch snapshot.pickle",
            "watch it: gpudiag watch-memory"),
    FRAGMENTATION(
            "fragmentation",
            "set PYTORCH_ALLOC_CONF=expandable_segments:True (PYTORCH_CUDA_ALLOC_CONF before PyTorch 2.9)",
            "make shapes recur: fixed batch and sequence lengths, or a few buckets",
            "else max_split_size_mb below the size of the large tensors, garbage_collection_threshold:0.8",
            "see the pieces: torch.cuda.memory._dump_snapshot('s.pickle'), then gpudiag torch s.pickle"),
    ANOTHER_TENANT(
            "another tenant",
            "see who holds the GPU: nvidia-smi, or gpudiag check memory-unaccounted",
            "end the other program if it is a leftover, or use another GPU (CUDA_VISIBLE_DEVICES)",
            "where GPUs are shared on purpose: a memory fraction for each, or MIG"),
    LIMIT(
            "a limit outside the GPU's memory",
            "compare with nvidia-smi at that moment: another program may have taken the memory and given it back",
            "look for a limit: set_per_process_memory_fraction, MIG or vGPU size, ulimit -v, a container's memory",
            "on Windows and WSL: the page file must be larger than what the program commits"),
    HOST_MEMORY(
            "the host's memory, not the GPU's",
            "raise the memory limit of container or job",
            "fewer data loader workers, less pinned memory, load weights lazily (safetensors, mmap)");

    private final String title;

    @SuppressWarnings("ImmutableEnumChecker") // List.of makes no other
    private final List<String> actions;

    OomCause(String title, String... actions) {
        this.title = title;
        this.actions = List.of(actions);
    }

    public String title() {
        return title;
    }

    /** What to do, in order. */
    public List<String> actions() {
        return actions;
    }

    /** Its name in JSON. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
