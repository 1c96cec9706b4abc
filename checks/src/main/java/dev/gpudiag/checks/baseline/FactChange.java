package dev.gpudiag.checks.baseline;

import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuQuantities;
import java.util.OptionalLong;

/**
 * How bad it is that a fact is not as it was.
 *
 * <p>What somebody does on purpose, such as an upgrade or a change of mode, is INFO; what hardware does by itself is
 * not. PCIe width is judged at idle too: other than the generation, it does not drop there.
 *
 * @param around what else is known of the node and GPU
 */
record FactChange(String fact, String before, String now, Around around) {

    /** Drivers differ a little in how much of the framebuffer they count. */
    private static final double MEMORY_TOLERANCE = 0.02;

    /**
     * What explains other changes.
     *
     * @param driverChanged another driver than at the baseline
     * @param modeChanged ECC or MIG was switched
     * @param mig MIG is on: NVLink is off then
     */
    record Around(boolean driverChanged, boolean modeChanged, boolean mig) {}

    /** The severity; OK where the difference is none. */
    Status severity() {
        if (before.equals(now)) {
            return Status.OK;
        }
        if (fact.startsWith(BaselineFacts.LINK)) {
            return before.equals("up") || now.equals("up") ? Status.OK : Status.WARNING;
        }
        if (fact.equals(BaselineFacts.LINKS_UP)) {
            return fewer() && !around.mig() ? Status.CRITICAL : Status.INFO;
        }
        if (fact.equals(BaselineFacts.NVSWITCHES)) {
            return fewer() ? Status.CRITICAL : Status.INFO;
        }
        if (fact.equals(GpuQuantities.PCIE_WIDTH.id()) || fact.equals(GpuQuantities.PCIE_GENERATION_MAX.id())) {
            return fewer() ? Status.WARNING : Status.INFO;
        }
        if (fact.equals(GpuQuantities.MEMORY_TOTAL.id())) {
            return memory();
        }
        if (fact.equals(GpuQuantities.GSP_FIRMWARE_VERSION.id())) {
            return around.driverChanged() ? Status.OK : Status.WARNING; // the firmware comes with the driver
        }
        return Status.INFO;
    }

    private Status memory() {
        double was = Math.max(1, number(before).orElse(0));
        double part = number(now).orElse(0) / was;
        if (Math.abs(part - 1) <= MEMORY_TOLERANCE) {
            return Status.OK;
        }
        // ECC takes a part of GDDR memory for itself, MIG a part of all
        return part < 1 && !around.modeChanged() ? Status.WARNING : Status.INFO;
    }

    /** Whether a number went down; text that is no number never did. */
    private boolean fewer() {
        OptionalLong was = number(before);
        OptionalLong is = number(now);
        return was.isPresent() && is.isPresent() && is.getAsLong() < was.getAsLong();
    }

    private static OptionalLong number(String text) {
        return text.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }
}
