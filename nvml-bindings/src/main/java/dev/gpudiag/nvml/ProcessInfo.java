package dev.gpudiag.nvml;

import java.util.OptionalInt;
import java.util.OptionalLong;

/** A process with a context on a GPU. Memory in bytes, empty where the driver does not tell; instance ids only on MIG. The pid is that of the driver's PID namespace. */
public record ProcessInfo(int pid, OptionalLong usedMemory, OptionalInt gpuInstanceId, OptionalInt computeInstanceId) {}
