package dev.gpudiag.nvml;

import java.util.List;
import java.util.Map;

/** The MIG devices of a GPU, holes left out, and the indices whose handle could not be had. */
public record MigDevices(List<NvmlDevice> devices, Map<Integer, NvmlException> failures) {
    public MigDevices {
        devices = List.copyOf(devices);
        failures = Map.copyOf(failures);
    }
}
