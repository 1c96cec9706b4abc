package dev.gpudiag.nvml;

/** SRAM ECC errors by kind and place, and whether uncorrected ones crossed the threshold for replacement. In real libraries from R535. */
public record SramEccErrorStatus(
        long aggregateUncorrectedParity,
        long aggregateUncorrectedSecDed,
        long aggregateCorrected,
        long volatileUncorrectedParity,
        long volatileUncorrectedSecDed,
        long volatileCorrected,
        long aggregateUncorrectedL2,
        long aggregateUncorrectedSm,
        long aggregateUncorrectedPcie,
        long aggregateUncorrectedMicrocontroller,
        long aggregateUncorrectedOther,
        boolean thresholdExceeded) {}
