/**
 * Why a program ran out of GPU memory, from what it wrote to its log.
 *
 * <p>Pure; depends on {@code dev.gpudiag.checks} only. Start at {@link dev.gpudiag.checks.memory.oom.OomLog}, which finds
 * the messages, and {@link dev.gpudiag.checks.memory.oom.OomDiagnosis}, which ranks the causes.
 */
package dev.gpudiag.checks.memory.oom;
