package dev.gpudiag.nvml;

import java.util.Optional;

/** A kind of MIG GPU instance that a GPU can be cut into; named from R510. */
public record GpuInstanceProfile(
        int id,
        int sliceCount,
        int instanceCount,
        int multiprocessorCount,
        int copyEngineCount,
        int decoderCount,
        int encoderCount,
        int jpegCount,
        int ofaCount,
        long memorySizeMebibytes,
        Optional<String> name) {}
