/**
 * Reads what a language model's own files say of its shape. The files come from strangers: bounded, and never executed.
 *
 * <p>May depend on {@code dev.gpudiag.checks.fit} and Jackson. Start with {@link dev.gpudiag.agent.model.ModelConfig}.
 */
package dev.gpudiag.agent.model;
