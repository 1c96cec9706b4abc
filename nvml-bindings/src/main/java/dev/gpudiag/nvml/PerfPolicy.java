package dev.gpudiag.nvml;

/** What may hold clocks down. */
public enum PerfPolicy {
    POWER(0),
    THERMAL(1),
    SYNC_BOOST(2),
    BOARD_LIMIT(3),
    LOW_UTILIZATION(4),
    RELIABILITY(5),
    TOTAL_APP_CLOCKS(10),
    TOTAL_BASE_CLOCKS(11);

    private final int code;

    PerfPolicy(int code) {
        this.code = code;
    }

    /** The number in nvml.h. */
    public int code() {
        return code;
    }
}
