package dev.gpudiag.telemetry;

/**
 * Whether a GPU answers at all.
 *
 * @param detail what was seen, with call and return code; empty when it answers
 */
public record GpuCondition(State state, String detail) {

    /** How a GPU answers. */
    public enum State {
        ANSWERING,
        /** Its first reading is under way, and the deadline is not over. */
        PENDING,
        /** NVML_ERROR_GPU_IS_LOST: fallen off the bus. */
        LOST,
        /** NVML_ERROR_RESET_REQUIRED. */
        RESET_REQUIRED,
        /** A call did not return by the deadline. */
        UNRESPONSIVE,
        /** No handle, no permission, or every call fails. */
        INACCESSIBLE
    }

    public static GpuCondition answering() {
        return new GpuCondition(State.ANSWERING, "");
    }

    public boolean isAnswering() {
        return state == State.ANSWERING;
    }
}
