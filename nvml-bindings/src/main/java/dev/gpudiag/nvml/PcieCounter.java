package dev.gpudiag.nvml;

/** A direction of PCIe traffic, as the GPU sees it. */
public enum PcieCounter {
    TX_BYTES(0),
    RX_BYTES(1);

    private final int code;

    PcieCounter(int code) {
        this.code = code;
    }

    /** The number in nvml.h. */
    public int code() {
        return code;
    }
}
