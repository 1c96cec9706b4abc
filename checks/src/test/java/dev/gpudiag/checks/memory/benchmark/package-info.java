/**
 * A labelled benchmark of leak detection: programs that leak and programs that do not, drawn from seeds.
 *
 * <p>Start at {@link dev.gpudiag.checks.memory.benchmark.LeakBenchmark}; the programs are in {@link
 * dev.gpudiag.checks.memory.benchmark.HarmlessPrograms} and {@link
 * dev.gpudiag.checks.memory.benchmark.LeakingPrograms}.
 */
package dev.gpudiag.checks.memory.benchmark;
