package dev.gpudiag.nvml;

/** A sample buffer of the driver. */
public enum SamplingType {
    TOTAL_POWER(0),
    GPU_UTILIZATION(1),
    MEMORY_UTILIZATION(2),
    ENC_UTILIZATION(3),
    DEC_UTILIZATION(4),
    PROCESSOR_CLK(5),
    MEMORY_CLK(6),
    MODULE_POWER(7),
    JPG_UTILIZATION(8),
    OFA_UTILIZATION(9);

    private final int code;

    SamplingType(int code) {
        this.code = code;
    }

    /** The number in nvml.h. */
    public int code() {
        return code;
    }
}
