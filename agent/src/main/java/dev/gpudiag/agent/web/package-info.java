/**
 * {@code --web.config.file}: TLS, client certificates, users and headers, with the meaning that Prometheus' exporters give
 * its keys.
 *
 * <p>Files are looked at again while the agent runs; what is broken then keeps the old. Start reading at {@link
 * dev.gpudiag.agent.web.WebConfigFile}.
 */
package dev.gpudiag.agent.web;
