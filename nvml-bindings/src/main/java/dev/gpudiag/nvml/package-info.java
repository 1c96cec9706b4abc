/**
 * The NVIDIA Management Library (libnvidia-ml.so.1) through JNA.
 *
 * <p>Depends on the JDK and JNA only, and knows nothing of samples, checks or the command line. Start reading at {@code
 * dev.gpudiag.nvml.Nvml}.
 */
package dev.gpudiag.nvml;
