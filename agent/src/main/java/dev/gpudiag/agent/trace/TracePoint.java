package dev.gpudiag.agent.trace;

import static java.util.Objects.requireNonNull;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Used memory of one process or one GPU at one time.
 *
 * @param seconds time of the trace: since the epoch, or since any other beginning
 * @param gpu what the trace calls the GPU: index, UUID, PCI address or name
 * @param pid empty for the GPU as a whole
 * @param birth tells apart two processes that had the same pid, where the trace knows; else 0
 * @param usedBytes what it holds
 * @param totalBytes memory of the GPU, where the trace has it
 * @param utilization of the GPU, 0 to 1, where the trace has it
 */
public record TracePoint(
        double seconds,
        String gpu,
        OptionalLong pid,
        long birth,
        long usedBytes,
        OptionalLong totalBytes,
        OptionalDouble utilization) {
    public TracePoint {
        requireNonNull(gpu, "gpu is null");
        requireNonNull(pid, "pid is null");
        requireNonNull(totalBytes, "totalBytes is null");
        requireNonNull(utilization, "utilization is null");
        if (!Double.isFinite(seconds) || usedBytes < 0) {
            throw new IllegalArgumentException("time must be finite, memory not negative");
        }
    }
}
