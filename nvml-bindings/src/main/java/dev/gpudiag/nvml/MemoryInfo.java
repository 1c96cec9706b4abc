package dev.gpudiag.nvml;

import java.util.OptionalLong;

/** Device memory in bytes. With {@code reserved} (R510 and newer) used excludes it; without, used includes it. */
public record MemoryInfo(long total, long used, long free, OptionalLong reserved) {}
