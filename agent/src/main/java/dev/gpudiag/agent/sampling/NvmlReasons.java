package dev.gpudiag.agent.sampling;

import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.nvml.NvmlReturn;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;

/** NVML's return codes as reasons of a missing reading; function and code are kept. */
final class NvmlReasons {

    private NvmlReasons() {}

    static <T> Reading<T> missing(NvmlException e) {
        return missing(e.function(), e.code(), e.symbolMissing());
    }

    static <T> Reading<T> missing(String function, NvmlReturn code) {
        return missing(function, code, false);
    }

    private static <T> Reading<T> missing(String function, NvmlReturn code, boolean symbolMissing) {
        if (symbolMissing) {
            return Reading.missing(Reason.SYMBOL_MISSING, function, "not in this driver's library");
        }
        return Reading.missing(reason(code.code()), function, code.text(), code.code());
    }

    private static Reason reason(int code) {
        return switch (code) {
            // 25: the driver knows the call but not this version of its struct; 26: it was taken out
            case 3, 13, 22, 25, 26 -> Reason.NOT_SUPPORTED;
            case 4, 17 -> Reason.NO_PERMISSION;
            case 10 -> Reason.TIMED_OUT;
            case 15 -> Reason.GPU_LOST;
            case 16 -> Reason.RESET_REQUIRED;
            // no data yet, or the field does not exist on this GPU
            case 21 -> Reason.NOT_SUPPORTED;
            default -> Reason.FAILED;
        };
    }

    /** Whether no further call to the same GPU can succeed. */
    static boolean isTerminal(NvmlReturn code) {
        return code.code() == NvmlReturn.GPU_IS_LOST.code() || code.code() == NvmlReturn.RESET_REQUIRED.code();
    }
}
