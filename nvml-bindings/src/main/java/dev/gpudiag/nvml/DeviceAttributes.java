package dev.gpudiag.nvml;

/** What a MIG device has been given. */
public record DeviceAttributes(
        int multiprocessorCount,
        int sharedCopyEngineCount,
        int sharedDecoderCount,
        int sharedEncoderCount,
        int sharedJpegCount,
        int sharedOfaCount,
        int gpuInstanceSliceCount,
        int computeInstanceSliceCount,
        long memorySizeMebibytes) {}
