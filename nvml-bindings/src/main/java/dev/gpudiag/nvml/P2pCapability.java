package dev.gpudiag.nvml;

/** What two GPUs may do with each other's memory. */
public enum P2pCapability {
    READ(0),
    WRITE(1),
    NVLINK(2),
    ATOMICS(3),
    PCI(4);

    private final int code;

    P2pCapability(int code) {
        this.code = code;
    }

    /** The number in nvml.h. */
    public int code() {
        return code;
    }
}
