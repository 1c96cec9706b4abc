package dev.gpudiag.agent.metrics;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Which metrics an operator asked for.
 *
 * @param processes a series for each process
 * @param workloads a series for each pod, container, job, unit or user
 * @param workloadSeries so many series of processes and of workloads are shown at most, of each kind
 * @param dcgm DCGM's names beside gpudiag's own
 * @param profiling figures of the performance monitor (GPM) in gpudiag's own names
 * @param series so many series a page has at most
 * @param expectedGpus GPUs that this node must have, where the configuration says so
 */
public record MetricOptions(
        boolean processes,
        boolean workloads,
        int workloadSeries,
        boolean dcgm,
        boolean profiling,
        int series,
        Optional<Integer> expectedGpus) {

    /** Nothing that has to be asked for. */
    public static final MetricOptions STANDARD =
            new MetricOptions(false, false, 500, false, false, 20_000, Optional.empty());

    public MetricOptions {
        requireNonNull(expectedGpus, "expectedGpus is null");
        if (workloadSeries < 0 || series < 1) {
            throw new IllegalArgumentException("a limit is too low");
        }
    }
}
