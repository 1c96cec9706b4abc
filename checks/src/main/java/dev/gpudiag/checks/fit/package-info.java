/**
 * Whether a language model fits into the memory of GPUs, and how much context or batch then fits beside it.
 *
 * <p>Start with {@link dev.gpudiag.checks.fit.FitQuestion} and {@link dev.gpudiag.checks.fit.MemoryNeed}: formulas alone,
 * over two dated tables of models and GPUs. Depends on the JDK and {@link dev.gpudiag.checks.DataTable}.
 */
package dev.gpudiag.checks.fit;
