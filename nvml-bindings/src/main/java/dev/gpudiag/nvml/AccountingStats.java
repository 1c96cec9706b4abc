package dev.gpudiag.nvml;

import java.util.OptionalInt;
import java.util.OptionalLong;

/** What a process used over its life; kept while accounting mode is on. */
public record AccountingStats(
        OptionalInt gpuUtilization,
        OptionalInt memoryUtilization,
        OptionalLong maxMemoryUsage,
        long timeMillis,
        long startTimeMicros,
        boolean running) {}
