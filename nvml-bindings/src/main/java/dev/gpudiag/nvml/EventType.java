package dev.gpudiag.nvml;

import java.util.ArrayList;
import java.util.List;

/** What an {@link NvmlEventSet} can wait for: nvmlEventTypeX. */
public enum EventType {
    SINGLE_BIT_ECC_ERROR(0x1L),
    DOUBLE_BIT_ECC_ERROR(0x2L),
    PSTATE(0x4L),
    XID_CRITICAL_ERROR(0x8L),
    CLOCK(0x10L),
    POWER_SOURCE_CHANGE(0x80L),
    MIG_CONFIG_CHANGE(0x100L),
    SINGLE_BIT_ECC_ERROR_STORM(0x200L),
    DRAM_RETIREMENT_EVENT(0x400L),
    DRAM_RETIREMENT_FAILURE(0x800L),
    NON_FATAL_POISON_ERROR(0x1000L),
    FATAL_POISON_ERROR(0x2000L),
    GPU_UNAVAILABLE_ERROR(0x4000L),
    GPU_RECOVERY_ACTION(0x8000L);

    private final long bit;

    EventType(long bit) {
        this.bit = bit;
    }

    public long bit() {
        return bit;
    }

    /** The ones that are set; bits that are not known here are left out. */
    public static List<EventType> of(long bits) {
        List<EventType> set = new ArrayList<>();
        for (EventType one : values()) {
            if ((bits & one.bit) != 0) {
                set.add(one);
            }
        }
        return set;
    }
}
