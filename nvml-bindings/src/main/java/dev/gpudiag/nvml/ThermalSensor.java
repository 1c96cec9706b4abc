package dev.gpudiag.nvml;

/** One sensor of the thermal settings; target 1 is the GPU, 2 memory, 4 power supply, 8 board. */
public record ThermalSensor(
        int controller, int target, int currentCelsius, int defaultMinCelsius, int defaultMaxCelsius) {}
