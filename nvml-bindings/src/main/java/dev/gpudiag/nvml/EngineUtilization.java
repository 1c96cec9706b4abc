package dev.gpudiag.nvml;

/** How busy an encoder, decoder, JPEG or optical flow engine was. */
public record EngineUtilization(int percent, int samplingPeriodMicros) {}
