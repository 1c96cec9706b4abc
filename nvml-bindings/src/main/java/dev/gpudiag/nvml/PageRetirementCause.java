package dev.gpudiag.nvml;

/** Why a page was retired. */
public enum PageRetirementCause {
    MULTIPLE_SINGLE_BIT_ECC_ERRORS(0),
    DOUBLE_BIT_ECC_ERROR(1);

    private final int code;

    PageRetirementCause(int code) {
        this.code = code;
    }

    /** The number in nvml.h. */
    public int code() {
        return code;
    }
}
