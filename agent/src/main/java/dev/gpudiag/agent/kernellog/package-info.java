/**
 * Where the kernel log is read: the kernel's own buffer, a file that a log daemon keeps, or a saved log.
 *
 * <p>Everything in it is hostile: lines are cut, files are read from their end, nothing waits. What the lines mean is {@code
 * dev.gpudiag.checks.kernellog}'s. Depends on {@code agent.host} for the root below which files lie. Start at {@link
 * dev.gpudiag.agent.kernellog.KernelLogReader}.
 */
package dev.gpudiag.agent.kernellog;
