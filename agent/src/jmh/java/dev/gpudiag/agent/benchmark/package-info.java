/**
 * What one sample of an 8-GPU node costs, beside what a user would read the same values with.
 *
 * <p>Compiled and run by the Maven profile {@code benchmark} only; may depend on everything of the agent and on JMH. Start
 * reading at {@link dev.gpudiag.agent.benchmark.SampleBenchmarkTable}.
 */
package dev.gpudiag.agent.benchmark;
