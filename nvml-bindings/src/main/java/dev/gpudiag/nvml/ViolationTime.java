package dev.gpudiag.nvml;

/** How long a policy has held clocks down. Reference time is in micros; violation time is nanoseconds as the driver counts them. */
public record ViolationTime(long referenceMicros, long violationNanos) {}
