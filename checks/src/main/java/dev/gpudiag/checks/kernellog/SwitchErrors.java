package dev.gpudiag.checks.kernellog;

import dev.gpudiag.checks.Status;
import java.util.Set;

/**
 * How bad an NVSwitch error is.
 *
 * <p>The word in the line decides; the numbers below are those that NVIDIA's Fabric Manager guide (1.3) calls fatal to
 * the whole fabric, or to the host's own switch driver.
 */
final class SwitchErrors {

    private static final Set<Integer> WHOLE_FABRIC = Set.of(12020, 22003, 22011);
    private static final int FIRST_HOST_REBOOT = 23001;
    private static final int LAST_HOST_REBOOT = 23017;

    private SwitchErrors() {}

    static XidMessage judge(int sxid, String message) {
        if (isWholeFabric(sxid)) {
            return new XidMessage(Status.CRITICAL, "the fabric of every GPU is hit: drain and reboot the host");
        }
        if (message.startsWith("Fatal")) {
            return new XidMessage(
                    Status.CRITICAL,
                    "drain the GPUs on this link, reset them and the switch; if it comes again, contact the vendor");
        }
        if (message.startsWith("Non-fatal")) {
            return new XidMessage(
                    Status.WARNING, "watch it: it need not stop a workload; if it repeats, contact the vendor");
        }
        return isDetail(message)
                ? new XidMessage(Status.INFO, "a detail of the switch error beside it")
                : new XidMessage(Status.UNKNOWN, "the line does not say how bad it is: look the SXid up");
    }

    private static boolean isWholeFabric(int sxid) {
        return WHOLE_FABRIC.contains(sxid) || (sxid >= FIRST_HOST_REBOOT && sxid <= LAST_HOST_REBOOT);
    }

    private static boolean isDetail(String message) {
        return message.startsWith("Severity ") || message.startsWith("Data {");
    }
}
