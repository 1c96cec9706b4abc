package dev.gpudiag.checks.memory.oom;

import java.util.Locale;

/** Who wrote the message. */
public enum OomSource {
    PYTORCH("PyTorch"),
    /** {@code torch.cuda.memory_summary()}. */
    PYTORCH_SUMMARY("PyTorch, memory summary"),
    VLLM("vLLM"),
    SGLANG("SGLang"),
    /** JAX, and the XLA compiler below it. */
    XLA("JAX / XLA"),
    TENSORFLOW("TensorFlow"),
    /** The CUDA driver or runtime, or a library on it. */
    CUDA("CUDA"),
    NCCL("NCCL"),
    /** Memory of the host, which is not the GPU's. */
    HOST("host memory");

    private final String title;

    OomSource(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
