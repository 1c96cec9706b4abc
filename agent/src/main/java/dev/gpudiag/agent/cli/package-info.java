/**
 * The command line: {@code check}, {@code list}, {@code snapshot}, {@code serve}, {@code version}.
 *
 * <p>May depend on everything in the agent, but only {@link dev.gpudiag.agent.cli.Wiring} does: commands see samples
 * through {@link dev.gpudiag.agent.cli.NodeSources}, so that tests run them without driver or files. Start with {@link
 * dev.gpudiag.agent.cli.Main} and {@link dev.gpudiag.agent.cli.CheckCommand}.
 */
package dev.gpudiag.agent.cli;
