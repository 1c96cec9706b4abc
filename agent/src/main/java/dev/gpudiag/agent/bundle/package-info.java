/**
 * The support bundle of {@code gpudiag report}: parts that are read one by one, redacted, and put into one archive.
 *
 * <p>Depends on {@code agent.host} and {@code agent.kernellog}. Start with {@link dev.gpudiag.agent.bundle.Bundle}; what is
 * read of a host is in {@link dev.gpudiag.agent.bundle.HostParts}, what is taken out in {@link
 * dev.gpudiag.agent.bundle.Redaction}.
 */
package dev.gpudiag.agent.bundle;
