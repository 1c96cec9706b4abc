package dev.gpudiag.telemetry;

import java.util.Arrays;
import java.util.Optional;

/** What the driver says must be done with a GPU (NVML field 230, R570 on): its own and strongest word on health. */
public enum RecoveryAction {
    NONE(0, "none"),
    GPU_RESET(1, "reset the GPU"),
    NODE_REBOOT(2, "reboot the node"),
    DRAIN_P2P(3, "drain peer-to-peer traffic"),
    DRAIN_AND_RESET(4, "drain the GPU and reset it"),
    RECOVER_IMEX_DOMAIN(5, "recover the IMEX domain");

    private final int code;
    private final String text;

    RecoveryAction(int code, String text) {
        this.code = code;
        this.text = text;
    }

    public int code() {
        return code;
    }

    public String text() {
        return text;
    }

    /** The action of an NVML code; empty for one that is newer than gpudiag. */
    public static Optional<RecoveryAction> of(long code) {
        return Arrays.stream(values()).filter(action -> action.code == code).findFirst();
    }
}
