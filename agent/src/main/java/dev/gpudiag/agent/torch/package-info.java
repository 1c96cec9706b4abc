/**
 * Memory snapshots of PyTorch as files, read without trust: pickles of plain containers, and statistics as JSON.
 *
 * <p>Depends on {@code dev.gpudiag.checks.memory} and Jackson. Start at {@link
 * dev.gpudiag.agent.torch.SnapshotReader}; {@link dev.gpudiag.agent.torch.PickleReader} is what keeps a hostile pickle
 * from doing anything.
 */
package dev.gpudiag.agent.torch;
