/**
 * What a check, a rule, an Xid, an SXid, a return code of NVML, a CUDA error or a reason of the clocks means, and what
 * to do: {@code gpudiag explain}.
 *
 * <p>Tables that ship with gpudiag, and the specs of the checks; no evidence of a node. Start at {@link
 * dev.gpudiag.checks.explain.Explainer}.
 */
package dev.gpudiag.checks.explain;
