package dev.gpudiag.nvml;

/** A page of device memory taken out of use, and when, in a unit that nvml.h does not state. */
public record RetiredPage(long address, long timestamp) {}
