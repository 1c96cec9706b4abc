package dev.gpudiag.nvml;

/** One place in SRAM that had uncorrected errors. From R580. */
public record SramUniqueError(
        int unit, int location, int sublocation, int extlocation, int address, boolean parity, int count) {}
