package dev.gpudiag.nvml;

/** Rows of device memory replaced by spare ones, by cause; pending ones need a reset. Ampere and newer. */
public record RemappedRows(int corrected, int uncorrected, boolean pending, boolean failureOccurred) {}
