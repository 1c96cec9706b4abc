package dev.gpudiag.nvml;

/** Which processes a detail list holds. */
public enum ProcessMode {
    COMPUTE(0),
    GRAPHICS(1),
    MPS(2);

    private final int code;

    ProcessMode(int code) {
        this.code = code;
    }

    /** The number in nvml.h. */
    public int code() {
        return code;
    }
}
