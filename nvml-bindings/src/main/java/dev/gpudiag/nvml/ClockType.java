package dev.gpudiag.nvml;

/** A clock domain. */
public enum ClockType {
    GRAPHICS(0),
    SM(1),
    MEM(2),
    VIDEO(3);

    private final int code;

    ClockType(int code) {
        this.code = code;
    }

    /** The number in nvml.h. */
    public int code() {
        return code;
    }
}
