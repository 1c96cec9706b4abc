package dev.gpudiag.nvml;

/** Whether ECC could mend an error. */
public enum MemoryErrorType {
    CORRECTED(0),
    UNCORRECTED(1);

    private final int code;

    MemoryErrorType(int code) {
        this.code = code;
    }

    /** The number in nvml.h. */
    public int code() {
        return code;
    }
}
