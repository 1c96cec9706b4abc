package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.config.AgentSettings;
import dev.gpudiag.agent.config.ConfigurationFile;
import dev.gpudiag.agent.http.HttpServer;
import dev.gpudiag.agent.http.LocalActions;
import dev.gpudiag.agent.metrics.AgentFigures;
import dev.gpudiag.agent.metrics.MetricsPage;
import dev.gpudiag.agent.metrics.NodeCollector;
import dev.gpudiag.agent.metrics.ProcessMetricsRegistry;
import dev.gpudiag.agent.page.StatusPage;
import dev.gpudiag.agent.sampling.SamplingLoop;
import dev.gpudiag.agent.systemd.AgentLog;
import dev.gpudiag.agent.systemd.ServiceNotifier;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** The agent: one sampling loop, one rendered page, one HTTP server. */
final class AgentServer implements Server {

    private static final System.Logger LOG = System.getLogger("gpudiag");

    /** How often the configuration's file is looked at; it is read when it is the same at two looks. */
    private static final Duration WATCHED_EVERY = Duration.ofSeconds(2);

    private final ProductSources sources;
    private final List<Check> checks;
    private final String version;
    private final Map<String, String> environment;

    AgentServer(ProductSources sources, List<Check> checks, String version, Map<String, String> environment) {
        this.sources = sources;
        this.checks = checks;
        this.version = version;
        this.environment = environment;
    }

    @Override
    public int serve(ServeOptions options) throws UsageException, UnusableFileException, InterruptedException {
        Settings settings = options.configured().settings();
        AgentLog.install(environment);
        KeptState kept = KeptState.open(options.source(), settings, version);
        Set<Need> needs = AgentReload.needs(running(options), options.configured());
        try (SampledNode node = sources.open(options.source(), settings, needs).ofAgent(kept)) {
            node.warnings().forEach(warning -> LOG.log(System.Logger.Level.WARNING, "{0}", warning));
            serve(options, needs, node, kept);
            return ExitCodes.OK;
        }
    }

    private List<Check> running(ServeOptions options) {
        return AgentReload.running(checks, options.configured());
    }

    /** Until the process is asked to end. */
    private void serve(ServeOptions options, Set<Need> needs, SampledNode node, KeptState kept)
            throws UsageException, UnusableFileException, InterruptedException {
        AgentFigures figures = new AgentFigures();
        figures.state(kept.health()::stores);
        Listening listening = Listening.of(options, figures);
        Duration deadline = options.timeout().dividedBy(2);
        SamplingLoop loop = loop(options, node, figures, deadline);
        Supplier<Instant> clock = node.clock();
        NodeCollector collector = collector(options, node, loop, figures);
        ServiceNotifier notifier = new ServiceNotifier(environment, loop::stalled);
        LiveConfiguration configuration = new LiveConfiguration(
                options.configured(),
                options.again(),
                options.watched().map(ConfigurationFile::new),
                new AgentReload(loop, checks, needs, collector, figures, kept.timeline(), notifier));
        AgentHealth health = new AgentHealth(version, deadline, node, loop, kept, configuration, listening);
        ServedNode served =
                new ServedNode(loop::report, node.history(), kept.timeline(), clock, clock.get(), health::state);
        ServedPages pages = new ServedPages(
                new MetricsPage(collector),
                new StatusPage(node.history(), clock, served::agent, System::nanoTime),
                loop,
                new FirstVerdict());
        loop.listen(new RoundTold(figures, pages, kept, notifier));
        try (HttpServer server = listening.begin(pages, served.routes(), actions(node, loop))) {
            kept.begin();
            kept.died().ifPresent(node::recall);
            loop.start();
            LOG.log(System.Logger.Level.INFO, "gpudiag {0} answers on port {1,number,#}", version, server.port());
            configuration.follow(WATCHED_EVERY.toMillis(), HangupSignal::handle);
            new AgentEnd(notifier, server, loop, kept, clock).onRequest();
            new CountDownLatch(1).await();
        }
    }

    private SamplingLoop loop(ServeOptions options, SampledNode node, AgentFigures figures, Duration deadline) {
        Settings settings = options.configured().settings();
        return new SamplingLoop(
                node.sampler(),
                node.history(),
                node.growth(),
                new CheckRunner(running(options), System::nanoTime, figures.checks()),
                settings,
                node.baseline(),
                settings.get(AgentSettings.SAMPLING_INTERVAL),
                deadline);
    }

    private NodeCollector collector(ServeOptions options, SampledNode node, SamplingLoop loop, AgentFigures figures) {
        return new NodeCollector(
                loop::report,
                node.clock(),
                version,
                node.growth(),
                () -> loop.kernelLog().value(),
                MetricSettings.options(options.configured().settings()),
                figures,
                ProcessMetricsRegistry.ofThisProcess());
    }

    /** What may be asked for on this machine: that the driver is let go of, and taken again, without waiting for a round. */
    private static LocalActions actions(SampledNode node, SamplingLoop loop) {
        node.release().ifPresent(driver -> driver.onOrder(loop::hasten));
        return LocalSocket.actions(
                node.release().map(driver -> new ReleaseActions(driver).all()).orElse(List.of()));
    }
}
