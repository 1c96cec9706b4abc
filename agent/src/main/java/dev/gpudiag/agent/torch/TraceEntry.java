package dev.gpudiag.agent.torch;

/**
 * An entry of a device's trace that was kept.
 *
 * @param position its index in the trace
 */
record TraceEntry(long position, PickleDict entry) {}
