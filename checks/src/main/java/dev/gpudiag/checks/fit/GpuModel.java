package dev.gpudiag.checks.fit;

import static java.util.Objects.requireNonNull;

/**
 * A kind of GPU, or one that is there.
 *
 * @param totalBytes framebuffer, as NVML tells it
 * @param reservedBytes what driver and firmware keep of it
 */
public record GpuModel(String name, double totalBytes, double reservedBytes) {

    public GpuModel {
        requireNonNull(name, "name is null");
        if (totalBytes <= 0 || reservedBytes < 0 || reservedBytes >= totalBytes) {
            throw new IllegalArgumentException(name + " has no memory");
        }
    }

    /** What programs can have. */
    public double usableBytes() {
        return totalBytes - reservedBytes;
    }
}
