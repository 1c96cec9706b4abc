package dev.gpudiag.nvml;

/** How far apart two GPUs are. */
public enum TopologyLevel {
    INTERNAL(0),
    SINGLE(10),
    MULTIPLE(20),
    HOSTBRIDGE(30),
    NODE(40),
    SYSTEM(50);

    private final int code;

    TopologyLevel(int code) {
        this.code = code;
    }

    /** The number in nvml.h. */
    public int code() {
        return code;
    }
}
