/**
 * Container images as files: which CUDA they carry and what they ask of a node. Every file is hostile.
 *
 * <p>Depends on Jackson only. Start at {@link dev.gpudiag.agent.image.ContainerImage}.
 */
package dev.gpudiag.agent.image;
