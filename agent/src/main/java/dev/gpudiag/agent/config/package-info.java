/**
 * What an operator may write: the configuration file, environment variables, {@code --set}, and the references generated from the settings.
 *
 * <p>Depends on {@code dev.gpudiag.checks} for the settings and on snakeyaml-engine. All errors are reported at once, with
 * line and nearest known key. Start reading at {@link dev.gpudiag.agent.config.ConfigurationReader}.
 */
package dev.gpudiag.agent.config;
