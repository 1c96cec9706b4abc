package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.http.HttpServer;
import dev.gpudiag.agent.metrics.MetricsFormat;
import dev.gpudiag.agent.metrics.MetricsPage;
import dev.gpudiag.agent.metrics.Rendering;
import dev.gpudiag.agent.page.StatusPage;
import dev.gpudiag.agent.sampling.SamplingLoop;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** The pages of a running agent: metrics, status, and whether it lives and is ready. */
record ServedPages(MetricsPage metricsPage, StatusPage statusPage, SamplingLoop loop, FirstVerdict first)
        implements HttpServer.Content {

    @Override
    public Rendering metrics(MetricsFormat format, boolean gzip, Collection<String> names) {
        return metricsPage.page(format, gzip, names);
    }

    @Override
    public byte[] page() {
        return statusPage.html();
    }

    @Override
    public Map<String, String> pageHeaders() {
        return StatusPage.headers();
    }

    @Override
    public Optional<String> stalled() {
        return loop.stalled();
    }

    @Override
    public boolean ready() {
        return first.isReached();
    }
}
