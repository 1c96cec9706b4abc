package dev.gpudiag.nvml;

/** An error counter of a link. */
public enum NvLinkErrorCounter {
    DL_REPLAY(0),
    DL_RECOVERY(1),
    DL_CRC_FLIT(2),
    DL_CRC_DATA(3),
    DL_ECC_DATA(4);

    private final int code;

    NvLinkErrorCounter(int code) {
        this.code = code;
    }

    /** The number in nvml.h. */
    public int code() {
        return code;
    }
}
