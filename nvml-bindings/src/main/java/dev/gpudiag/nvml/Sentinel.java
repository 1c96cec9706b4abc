package dev.gpudiag.nvml;

import java.util.OptionalInt;
import java.util.OptionalLong;

/** All ones, with which NVML says within a struct that a value is not available or does not apply. */
final class Sentinel {
    private static final int ALL_ONES = -1;

    private Sentinel() {}

    static OptionalInt uint(int value) {
        return value == ALL_ONES ? OptionalInt.empty() : OptionalInt.of(value);
    }

    static OptionalLong ulong(long value) {
        return value == ALL_ONES ? OptionalLong.empty() : OptionalLong.of(value);
    }
}
