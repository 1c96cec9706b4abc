package dev.gpudiag.telemetry;

import java.util.EnumSet;
import java.util.Set;

/** Why clocks are lower than they could be: the bits of nvmlDeviceGetCurrentClocksEventReasons. */
public enum ClockEventReason {
    GPU_IDLE(0x1, "idle"),
    APPLICATIONS_CLOCKS_SETTING(0x2, "applications clocks set"),
    SW_POWER_CAP(0x4, "software power cap"),
    HW_SLOWDOWN(0x8, "hardware slowdown"),
    SYNC_BOOST(0x10, "sync boost"),
    SW_THERMAL_SLOWDOWN(0x20, "software thermal slowdown"),
    HW_THERMAL_SLOWDOWN(0x40, "hardware thermal slowdown"),
    HW_POWER_BRAKE_SLOWDOWN(0x80, "hardware power brake"),
    DISPLAY_CLOCK_SETTING(0x100, "display clock setting");

    private final long bit;
    private final String text;

    ClockEventReason(long bit, String text) {
        this.bit = bit;
        this.text = text;
    }

    public long bit() {
        return bit;
    }

    public String text() {
        return text;
    }

    /** The reasons set in {@code mask}; bits that are newer than gpudiag are left out. */
    public static Set<ClockEventReason> of(long mask) {
        EnumSet<ClockEventReason> reasons = EnumSet.noneOf(ClockEventReason.class);
        for (ClockEventReason reason : values()) {
            if ((mask & reason.bit) != 0) {
                reasons.add(reason);
            }
        }
        return reasons;
    }
}
