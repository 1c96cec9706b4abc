package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.config.AgentSettings;
import dev.gpudiag.agent.endpoints.EndpointSampler;
import dev.gpudiag.agent.replay.Replay;
import dev.gpudiag.agent.replay.ReplayException;
import dev.gpudiag.agent.sampling.NodeSampler;
import dev.gpudiag.agent.simulation.Scenario;
import dev.gpudiag.agent.simulation.ScenarioCatalog;
import dev.gpudiag.agent.simulation.ScenarioException;
import dev.gpudiag.agent.source.LiveSource;
import dev.gpudiag.agent.source.ReplayedSource;
import dev.gpudiag.agent.source.SimulatedSource;
import dev.gpudiag.agent.state.BaselineStore;
import dev.gpudiag.agent.state.KernelEventStore;
import dev.gpudiag.agent.timeline.EventSource;
import dev.gpudiag.agent.timeline.Timeline;
import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.SampleHistory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The sources of the product: this node, the simulated driver beside it, recordings. */
final class ProductSources implements NodeSources {

    /** What is remembered, for the longest window of any check. */
    static final Duration HISTORY_SPAN = Duration.ofHours(3);

    static final Duration HISTORY_RESOLUTION = Duration.ofSeconds(10);

    private final Path simulator;
    private final Map<String, String> environment;

    /**
     * @param simulator directory of the simulated libraries and their scenarios
     * @param environment environment variables
     */
    ProductSources(Path simulator, Map<String, String> environment) {
        this.simulator = simulator;
        this.environment = environment;
    }

    @Override
    public SortedMap<String, Path> scenarios() {
        Path directory = simulator.resolve("scenarios");
        SortedMap<String, Path> files = new TreeMap<>();
        for (String name : new ScenarioCatalog(directory).names()) {
            files.put(name, directory.resolve(name + ".scenario"));
        }
        return files;
    }

    @Override
    public SampledNode open(SourceOptions options) throws UnusableFileException {
        return open(options, Settings.defaults());
    }

    @Override
    public SampledNode open(SourceOptions options, Settings settings) throws UnusableFileException {
        return open(options, settings, Set.of());
    }

    @Override
    public SampledNode open(SourceOptions options, Settings settings, Set<Need> needs) throws UnusableFileException {
        try {
            return switch (options) {
                case SourceOptions.Live live -> live(live, settings, needs);
                case SourceOptions.Simulated simulated -> simulated(simulated, settings, needs);
                case SourceOptions.Replayed replayed -> replayed(replayed.file());
            };
        } catch (ReplayException | ScenarioException | IllegalArgumentException e) {
            throw new UnusableFileException(e.getMessage());
        }
    }

    private SampledNode live(SourceOptions.Live live, Settings settings, Set<Need> needs) {
        Optional<Path> library = live.nvmlLibrary().or(() -> settings.get(AgentSettings.NVML_LIBRARY));
        Path root = hostRoot(live, settings);
        LiveSource source = new LiveSource(library, root, environment, DriverTurn.of(environment));
        settings.get(AgentSettings.STATE_DIRECTORY)
                .ifPresent(directory -> source.kernelLog().remember(new KernelEventStore(directory).load()));
        Duration slowInterval = settings.get(AgentSettings.SLOW_INTERVAL);
        List<String> endpoints = needs.contains(Need.ENDPOINTS) ? CheckCatalog.endpoints(settings) : List.of();
        NodeSampler sampler = source.sampler(
                live.forceInit(),
                slowInterval,
                needs,
                driver -> endpoints.isEmpty() ? driver : new EndpointSampler(driver, endpoints, slowInterval));
        Optional<BaselineStore.Loaded> loaded =
                settings.get(AgentSettings.STATE_DIRECTORY).map(directory -> new BaselineStore(directory).load());
        Optional<Baseline> baseline = loaded.flatMap(BaselineStore.Loaded::baseline);
        List<String> warnings =
                loaded.flatMap(BaselineStore.Loaded::warning).stream().toList();
        return new SampledNode(sampler, baseline, warnings);
    }

    /** Where the host's / is: what the command line says beats what is configured. */
    static Path hostRoot(SourceOptions.Live live, Settings settings) {
        return live.hostRoot().equals(Path.of("/"))
                ? settings.get(AgentSettings.HOST_ROOT).orElse(live.hostRoot())
                : live.hostRoot();
    }

    private SampledNode simulated(SourceOptions.Simulated simulated, Settings settings, Set<Need> needs) {
        SimulatedSource source = simulation(simulated, settings, needs);
        SampleHistory history = new SampleHistory(HISTORY_SPAN, HISTORY_RESOLUTION);
        MemoryGrowth growth = new MemoryGrowth(MemoryGrowth.LIMIT);
        source.remember(sample -> {
            history.add(sample);
            growth.add(sample);
        });
        return new SampledNode(source, history, growth, source.baseline(), List.of());
    }

    SimulatedSource simulation(SourceOptions.Simulated simulated, Settings settings, Set<Need> needs) {
        Scenario scenario = Scenario.read(simulated.scenario());
        return new SimulatedSource(
                scenario, simulator, simulated.timeScale(), settings.get(AgentSettings.SLOW_INTERVAL), needs);
    }

    @Override
    public EventSource events(SourceOptions options, Settings settings) throws UsageException, UnusableFileException {
        return switch (options) {
            case SourceOptions.Live live -> agentEvents(settings);
            case SourceOptions.Simulated simulated -> simulatedEvents(simulated, settings);
            case SourceOptions.Replayed replayed ->
                throw new UsageException("a recording holds one instant: there is no timeline in it");
        };
    }

    private static EventSource agentEvents(Settings settings) throws UsageException {
        Path directory = settings.get(AgentSettings.STATE_DIRECTORY)
                .orElseThrow(() -> new UsageException("no state-directory is configured: there is no timeline"));
        return Timeline.reader(directory);
    }

    private EventSource simulatedEvents(SourceOptions.Simulated simulated, Settings settings)
            throws UnusableFileException {
        try (SimulatedSource source = simulation(simulated, settings, Set.of(Need.PROCESSES))) {
            return SimulatedTimeline.of(source, settings);
        } catch (ScenarioException | IllegalArgumentException e) {
            throw new UnusableFileException(e.getMessage());
        }
    }

    private static SampledNode replayed(Path file) throws ReplayException {
        Replay replay = Replay.open(file);
        List<String> warnings = new ArrayList<>(replay.warnings());
        if (!replay.unknownElements().isEmpty()) {
            warnings.add("not understood in " + file + ": " + String.join(", ", replay.unknownElements()));
        }
        return new SampledNode(new ReplayedSource(replay.sample()), Optional.empty(), warnings);
    }
}
