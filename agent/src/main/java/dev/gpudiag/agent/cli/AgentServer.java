package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.config.AgentSettings;
import dev.gpudiag.agent.config.ConfigurationException;
import dev.gpudiag.agent.config.ConfigurationFile;
import dev.gpudiag.agent.http.HttpServer;
import dev.gpudiag.agent.http.ListenAddress;
import dev.gpudiag.agent.http.LocalActions;
import dev.gpudiag.agent.http.WebSecurity;
import dev.gpudiag.agent.metrics.AgentFigures;
import dev.gpudiag.agent.metrics.MetricsFormat;
import dev.gpudiag.agent.metrics.MetricsPage;
import dev.gpudiag.agent.metrics.NodeCollector;
import dev.gpudiag.agent.metrics.ProcessMetricsRegistry;
import dev.gpudiag.agent.metrics.Rendering;
import dev.gpudiag.agent.page.AgentState;
import dev.gpudiag.agent.page.StatusPage;
import dev.gpudiag.agent.report.VerdictLine;
import dev.gpudiag.agent.sampling.DriverRelease;
import dev.gpudiag.agent.sampling.SamplingLoop;
import dev.gpudiag.agent.source.LoggedSampler;
import dev.gpudiag.agent.source.SimulatedSource;
import dev.gpudiag.agent.systemd.AgentLog;
import dev.gpudiag.agent.systemd.ServiceNotifier;
import dev.gpudiag.agent.web.WebConfigFile;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.SampleHistory;
import io.javalin.util.JavalinException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** The agent: one sampling loop, one rendered page, one HTTP server. */
final class AgentServer implements Server {

    private static final System.Logger LOG = System.getLogger("gpudiag");
    private static final Duration SHUTDOWN_WAIT = Duration.ofSeconds(2);

    /** How often the configuration's file is looked at; it is read when it is the same at two looks. */
    private static final Duration WATCHED_EVERY = Duration.ofSeconds(2);

    /** Rounds that the loop may miss before the agent calls itself stalled. */
    private static final int STALLED_ROUNDS = 30;

    /** Rounds after which the page calls what it shows old. */
    private static final int OLD_ROUNDS = 3;

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
    @SuppressWarnings("SystemExitOutsideMain") // halt: a native call that never returns must not hold the shutdown
    public int serve(ServeOptions options) throws UsageException, UnusableFileException, InterruptedException {
        Settings settings = options.configured().settings();
        AgentLog.install(environment);
        List<Check> running = AgentReload.running(checks, options.configured());
        KeptState state = KeptState.open(options.source(), settings, version);
        Set<Need> needs = AgentReload.needs(running, options.configured());
        try (SampledNode node = open(options.source(), settings, needs, state)) {
            node.warnings().forEach(warning -> LOG.log(System.Logger.Level.WARNING, "{0}", warning));
            Supplier<Instant> clock =
                    node.sampler() instanceof SimulatedSource simulation ? simulation::now : Instant::now;
            SamplingLoop[] started = new SamplingLoop[1];
            FirstVerdict first = new FirstVerdict();
            AgentFigures figures = new AgentFigures();
            Optional<WebConfigFile> web = web(options, figures);
            figures.state(state.health()::stores);
            NodeCollector collector = new NodeCollector(
                    () -> Optional.ofNullable(started[0]).flatMap(SamplingLoop::report),
                    clock,
                    version,
                    node.growth(),
                    () -> Optional.ofNullable(started[0])
                            .flatMap(loop -> loop.kernelLog().value()),
                    MetricSettings.options(settings),
                    figures,
                    ProcessMetricsRegistry.ofThisProcess());
            MetricsPage page = new MetricsPage(collector);
            LiveConfiguration[] live = new LiveConfiguration[1];
            Duration deadline = options.timeout().dividedBy(2);
            List<String> listens = new CopyOnWriteArrayList<>();
            ServedNode served = new ServedNode(
                    () -> Optional.ofNullable(started[0]).flatMap(SamplingLoop::report),
                    node.history(),
                    state.timeline(),
                    clock,
                    clock.get(),
                    () -> new AgentState(
                            version,
                            started[0].interval(),
                            started[0].interval().multipliedBy(OLD_ROUNDS).plus(deadline),
                            problems(node, state, live[0], web),
                            stalled(started[0]),
                            node.release().flatMap(AgentServer::released),
                            listens));
            StatusPage status = new StatusPage(node.history(), clock, served::agent, System::nanoTime);
            ServiceNotifier notifier = new ServiceNotifier(
                    environment, () -> Optional.ofNullable(started[0]).flatMap(AgentServer::stalled));
            SamplingLoop loop = new SamplingLoop(
                    node.sampler(),
                    node.history(),
                    node.growth(),
                    new CheckRunner(running, figures.checks()),
                    settings,
                    node.baseline(),
                    settings.get(AgentSettings.SAMPLING_INTERVAL),
                    deadline,
                    report -> {
                        figures.samples().see(report.sample());
                        figures.samples().roundTook(started[0].lastRound());
                        page.render();
                        status.see(report);
                        state.see(report, started[0].kernelLog());
                        first.see(report.sample())
                                .ifPresentOrElse(notifier::waiting, () -> notifier.verdict(VerdictLine.of(report)));
                    });
            started[0] = loop;
            live[0] = new LiveConfiguration(
                    options.configured(),
                    options.again(),
                    options.watched().map(ConfigurationFile::new),
                    new AgentReload(loop, checks, needs, collector, figures, state.timeline(), notifier));
            Optional<DriverRelease> release = node.release();
            release.ifPresent(driver -> driver.onOrder(loop::hasten));
            LocalActions local = LocalSocket.actions(
                    release.map(driver -> new ReleaseActions(driver).all()).orElse(List.of()));
            HttpServer.Content content = content(page, status, loop, first);
            ListenAddress address = address(options, settings);
            warnOfStrangers(address, web);
            HttpServer.Around around =
                    new HttpServer.Around(served.routes(), local, figures.http(), web.map(WebSecurity.class::cast));
            try (HttpServer server = new HttpServer(address, content, around)) {
                listens.add(new ListenAddress(address.host(), server.port()).toString());
                LocalSocket.of(options.source(), settings)
                        .filter(socket -> socket.open(server))
                        .ifPresent(socket -> listens.add(socket.path().toString()));
                state.begin();
                state.died()
                        .filter(last -> node.sampler() instanceof LoggedSampler)
                        .ifPresent(last -> ((LoggedSampler) node.sampler()).recall(last.at(), last.text()));
                loop.start();
                LOG.log(System.Logger.Level.INFO, "gpudiag {0} answers on port {1,number,#}", version, server.port());
                live[0].follow(WATCHED_EVERY.toMillis(), HangupSignal::handle);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    notifier.stopping();
                    closeInTime(server, loop, () -> state.end(clock.get()));
                    Runtime.getRuntime().halt(0);
                }));
                new CountDownLatch(1).await();
                return ExitCodes.OK;
            } catch (JavalinException e) {
                throw new UsageException("cannot listen on " + address(options, settings) + ": " + rootCause(e));
            }
        }
    }

    private SampledNode open(SourceOptions source, Settings settings, Set<Need> needs, KeptState state)
            throws UnusableFileException {
        SampleHistory history = new SampleHistory(ProductSources.HISTORY_SPAN, ProductSources.HISTORY_RESOLUTION);
        SampledNode node = sources.open(source, settings, needs);
        if (node.sampler() instanceof SimulatedSource simulation) {
            simulation.watchXids();
            simulation.heedRequests();
            simulation.run();
            return node;
        }
        if (node.sampler() instanceof LoggedSampler logged) {
            logged.watchXids();
            logged.heedRequests();
            logged.trace(state.trace());
            state.kernelEvents().ifPresent(logged::keep);
        }
        List<String> warnings = new ArrayList<>(node.warnings());
        MemoryGrowth growth = new MemoryGrowth(MemoryGrowth.LIMIT);
        warnings.addAll(state.load(growth));
        return new SampledNode(node.sampler(), history, growth, node.baseline(), warnings);
    }

    private static Optional<WebConfigFile> web(ServeOptions options, AgentFigures figures)
            throws UnusableFileException {
        try {
            return options.webConfiguration()
                    .map(file -> WebConfigFile.open(file, well -> figures.webConfigurationRead(well, Instant.now())));
        } catch (ConfigurationException e) {
            throw new UnusableFileException(e.getMessage());
        }
    }

    private static void warnOfStrangers(ListenAddress address, Optional<WebConfigFile> web) {
        if (!address.isLoopback() && web.filter(file -> !file.isOpen()).isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} is not loopback, and nobody is asked who they are: whoever reaches it reads the names of"
                            + " processes, users and pods (see --web.config.file)",
                    address);
        }
    }

    private static ListenAddress address(ServeOptions options, Settings settings) {
        return options.listenAddress().orElseGet(() -> ListenAddress.parse(settings.get(AgentSettings.LISTEN_ADDRESS)));
    }

    private static HttpServer.Content content(
            MetricsPage page, StatusPage status, SamplingLoop loop, FirstVerdict first) {
        return new HttpServer.Content() {
            @Override
            public Rendering metrics(MetricsFormat format, boolean gzip, Collection<String> names) {
                return page.page(format, gzip, names);
            }

            @Override
            public byte[] page() {
                return status.html();
            }

            @Override
            public Map<String, String> pageHeaders() {
                return StatusPage.headers();
            }

            @Override
            public Optional<String> stalled() {
                return AgentServer.stalled(loop);
            }

            @Override
            public boolean ready() {
                return first.isReached();
            }
        };
    }

    /** What is wrong with the agent itself. */
    private static List<String> problems(
            SampledNode node, KeptState state, LiveConfiguration live, Optional<WebConfigFile> web) {
        List<String> problems = new ArrayList<>(node.warnings());
        problems.addAll(state.problems());
        problems.addAll(live.problems());
        web.flatMap(WebConfigFile::problem).ifPresent(problems::add);
        return problems;
    }

    private static Optional<AgentState.Release> released(DriverRelease release) {
        DriverRelease.State state = release.state();
        return state.until().map(until -> new AgentState.Release(state.text(), until));
    }

    private static Optional<String> stalled(SamplingLoop loop) {
        Duration since = loop.sinceLastTick();
        Duration limit = loop.interval().multipliedBy(STALLED_ROUNDS).plusSeconds(STALLED_ROUNDS);
        return since.compareTo(limit) < 0
                ? Optional.empty()
                : Optional.of("no sampling round has ended for " + since.toSeconds() + " s");
    }

    private static void closeInTime(HttpServer server, SamplingLoop loop, Runnable last) {
        Thread closing = new Thread(() -> {
            server.close();
            loop.close();
        });
        Thread saving = new Thread(last);
        saving.setDaemon(true);
        saving.start();
        closing.setDaemon(true);
        closing.start();
        try {
            saving.join(SHUTDOWN_WAIT.toMillis());
            closing.join(SHUTDOWN_WAIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String rootCause(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
