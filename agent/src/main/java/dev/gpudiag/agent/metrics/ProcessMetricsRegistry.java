package dev.gpudiag.agent.metrics;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;

/**
 * What Prometheus users expect of any process and JVM: {@code jvm_*} by Micrometer, {@code process_*} under the names of every
 * Prometheus client, which Micrometer does not have.
 */
public final class ProcessMetricsRegistry {

    private static final List<MeterBinder> BINDERS =
            List.of(new JvmMemoryMetrics(), new JvmThreadMetrics(), new ClassLoaderMetrics());

    private ProcessMetricsRegistry() {}

    /** Metrics of this process: processor time, memory, file descriptors, heap, threads, classes, garbage collection. */
    public static PrometheusRegistry ofThisProcess() {
        PrometheusRegistry prometheus = new PrometheusRegistry();
        PrometheusMeterRegistry meters =
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, prometheus, Clock.SYSTEM);
        BINDERS.forEach(binder -> binder.bindTo(meters));
        ProcessMetrics.builder().register(prometheus);
        JvmGarbageCollectorMetrics.builder().register(prometheus);
        return prometheus;
    }
}
