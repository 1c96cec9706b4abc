/**
 * Reads a node from a file: a capture of {@code nvidia-smi -q -x}, or gpudiag's own snapshot.
 *
 * <p>Every file is hostile input: sizes, counts and depths are bounded, and whatever is wrong is one {@link
 * dev.gpudiag.agent.replay.ReplayException}. Depends on the telemetry records and on Jackson; knows no driver. Start
 * reading at {@link dev.gpudiag.agent.replay.Replay}; {@code GpuTable} says which element is which quantity.
 */
package dev.gpudiag.agent.replay;
