/**
 * What {@code gpudiag top} shows: GPUs, MIG devices and processes with who they work for, as lines of a screen.
 *
 * <p>Pure: a sample, what was asked of the view and a size make lines. Depends on {@code dev.gpudiag.telemetry}, on {@code
 * report} for text that a terminal may have, and on {@code terminal} for keys. Start with {@link
 * dev.gpudiag.agent.top.TopScreen}.
 */
package dev.gpudiag.agent.top;
