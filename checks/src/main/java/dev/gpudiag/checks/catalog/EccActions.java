package dev.gpudiag.checks.catalog;

import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.RecoveryAction;
import java.util.List;

/** What an operator does about bad memory, in order. */
final class EccActions {

    private static final String DRAIN = "drain the node: let jobs end or move them (kubectl drain, scontrol update)";

    private EccActions() {}

    static List<String> recovery(RecoveryAction action, GpuIdentity gpu) {
        return switch (action) {
            case NONE -> List.of();
            case GPU_RESET, DRAIN_AND_RESET -> reset(gpu);
            case NODE_REBOOT -> List.of(DRAIN, "reboot the node: systemctl reboot", "look again: gpudiag check");
            case DRAIN_P2P ->
                List.of(
                        "stop what uses peer-to-peer traffic of this GPU (NCCL jobs over NVLink)",
                        "look at the links: nvidia-smi nvlink -s -i " + gpu.index());
            case RECOVER_IMEX_DOMAIN ->
                List.of(
                        "look at the IMEX domain: nvidia-imex-ctl -N",
                        "restart the daemon where it is not READY: systemctl restart nvidia-imex");
        };
    }

    static List<String> reset(GpuIdentity gpu) {
        return List.of(
                DRAIN,
                "stop what holds the GPU, monitoring too: fuser -v /dev/nvidia*",
                "reset it: nvidia-smi --gpu-reset -i " + gpu.pciBusId().orElse(String.valueOf(gpu.index()))
                        + ", or reboot the node",
                "look again: gpudiag check");
    }

    static List<String> replace(GpuIdentity gpu) {
        return List.of(
                DRAIN,
                "keep what the vendor asks for: nvidia-bug-report.sh",
                "run the field diagnostic: dcgmi diag -r 3 -i " + gpu.index(),
                "have the GPU replaced (RMA)"
                        + gpu.uuid().map(uuid -> ": " + uuid).orElse(""));
    }
}
