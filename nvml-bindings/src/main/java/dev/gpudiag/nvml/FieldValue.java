package dev.gpudiag.nvml;

/** One answer of a field query; value holds only where result is SUCCESS. */
public record FieldValue(
        int fieldId, int scopeId, NvmlReturn result, long timestampMicros, long latencyMicros, NvmlValue value) {}
