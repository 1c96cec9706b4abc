package dev.gpudiag.nvml;

import java.util.OptionalInt;
import java.util.OptionalLong;

/** A process with its confidential computing memory. From R535. */
public record ProcessDetail(
        int pid,
        OptionalLong usedMemory,
        OptionalInt gpuInstanceId,
        OptionalInt computeInstanceId,
        OptionalLong usedProtectedMemory) {}
