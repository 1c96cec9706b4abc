package dev.gpudiag.nvml;

import java.util.OptionalInt;

/** What one process used of a GPU in a driver sample, in percent. */
public record ProcessUtilization(
        int pid,
        long timestampMicros,
        int sm,
        int memory,
        int encoder,
        int decoder,
        OptionalInt jpeg,
        OptionalInt ofa) {}
