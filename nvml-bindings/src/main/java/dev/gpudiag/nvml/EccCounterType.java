package dev.gpudiag.nvml;

/** Since the driver was loaded, or over the life of the board. */
public enum EccCounterType {
    VOLATILE(0),
    AGGREGATE(1);

    private final int code;

    EccCounterType(int code) {
        this.code = code;
    }

    /** The number in nvml.h. */
    public int code() {
        return code;
    }
}
