package dev.gpudiag.nvml;

/** What a link can do. */
public enum NvLinkCapability {
    P2P_SUPPORTED(0),
    SYSMEM_ACCESS(1),
    P2P_ATOMICS(2),
    SYSMEM_ATOMICS(3),
    SLI_BRIDGE(4),
    VALID(5);

    private final int code;

    NvLinkCapability(int code) {
        this.code = code;
    }

    /** The number in nvml.h. */
    public int code() {
        return code;
    }
}
