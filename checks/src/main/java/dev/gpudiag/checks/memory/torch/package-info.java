/**
 * The caching allocator of PyTorch as a snapshot or its statistics show it: how much is held, in which pieces, and whether
 * an allocation failed for lack of memory or for lack of one piece.
 *
 * <p>Pure; depends on {@code dev.gpudiag.checks} only. Start at {@link
 * dev.gpudiag.checks.memory.torch.SnapshotAnalysis}.
 */
package dev.gpudiag.checks.memory.torch;
