package dev.gpudiag.nvml;

import java.util.Optional;
import java.util.OptionalInt;

/** Something that happened to a device; eventType is one bit of {@link EventType}, eventData the Xid where it is an Xid. */
public record NvmlEvent(
        Optional<NvmlDevice> device,
        long eventType,
        long eventData,
        OptionalInt gpuInstanceId,
        OptionalInt computeInstanceId) {}
