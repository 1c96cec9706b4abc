package dev.gpudiag.nvml;

import java.util.OptionalInt;

/** Registration with the NVLink fabric: state 0 not supported, 1 not started, 2 in progress, 3 completed. Health mask from R550, summary with newer drivers. */
public record GpuFabricInfo(
        String clusterUuid,
        int cliqueId,
        int state,
        NvmlReturn status,
        OptionalInt healthMask,
        OptionalInt healthSummary) {}
