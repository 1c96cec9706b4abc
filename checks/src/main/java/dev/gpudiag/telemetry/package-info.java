/**
 * The records that describe a GPU node at one instant, and their bounded history.
 *
 * <p>Depends on the JDK only: a sample may come from a driver, a recording, a simulation or five lines in a test. Start
 * reading at {@link dev.gpudiag.telemetry.NodeSample}; {@link dev.gpudiag.telemetry.GpuQuantities} lists what is known of
 * one GPU.
 */
package dev.gpudiag.telemetry;
