package dev.gpudiag.nvml;

import java.time.Instant;
import java.util.Optional;

/**
 * The vGPU software licence that a GPU has or waits for. From R470.
 *
 * @param licensed whether the product is licensed now
 * @param product for example {@code NVIDIA Virtual Compute Server}
 * @param expiry when the licence ends; empty where it has no end, or the driver tells none
 */
public record VgpuLicense(boolean licensed, String product, Optional<Instant> expiry) {}
