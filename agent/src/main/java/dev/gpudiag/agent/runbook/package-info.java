/**
 * The runbook of a node: what is on it, what may fail and how it is mended, and who is asked.
 *
 * <p>Depends on {@code checks} and {@code agent.report}. Start with {@link dev.gpudiag.agent.runbook.Runbook}; the paths of
 * a GPU service are the text beside it, {@code service-paths.md}.
 */
package dev.gpudiag.agent.runbook;
