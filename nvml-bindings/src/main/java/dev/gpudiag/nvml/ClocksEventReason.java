package dev.gpudiag.nvml;

import java.util.ArrayList;
import java.util.List;

/** Why clocks are lower than they could be: nvmlClocksEventReasonX, called throttle reasons before R535. */
public enum ClocksEventReason {
    GPU_IDLE(0x1L),
    APPLICATIONS_CLOCKS_SETTING(0x2L),
    SW_POWER_CAP(0x4L),
    HW_SLOWDOWN(0x8L),
    SYNC_BOOST(0x10L),
    SW_THERMAL_SLOWDOWN(0x20L),
    HW_THERMAL_SLOWDOWN(0x40L),
    HW_POWER_BRAKE_SLOWDOWN(0x80L),
    DISPLAY_CLOCK_SETTING(0x100L);

    private final long bit;

    ClocksEventReason(long bit) {
        this.bit = bit;
    }

    public long bit() {
        return bit;
    }

    /** The ones that are set; bits that are not known here are left out. */
    public static List<ClocksEventReason> of(long bits) {
        List<ClocksEventReason> set = new ArrayList<>();
        for (ClocksEventReason one : values()) {
            if ((bits & one.bit) != 0) {
                set.add(one);
            }
        }
        return set;
    }
}
