package dev.gpudiag.agent.metrics;

import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** What Prometheus users expect of any process and JVM: {@code process_*} and a few of {@code jvm_*}. */
public final class ProcessMetricsRegistry {

    private ProcessMetricsRegistry() {}

    /** Metrics of this process: processor time, memory, file descriptors, heap, threads, garbage collection. */
    public static PrometheusRegistry ofThisProcess() {
        PrometheusRegistry registry = new PrometheusRegistry();
        ProcessMetrics.builder().register(registry);
        JvmMemoryMetrics.builder().register(registry);
        JvmThreadsMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
        return registry;
    }
}
