package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.http.ApiRoute;
import dev.gpudiag.agent.http.HttpServer;
import dev.gpudiag.agent.http.ListenAddress;
import dev.gpudiag.agent.http.LocalActions;
import dev.gpudiag.agent.http.Pages;
import dev.gpudiag.agent.http.PeerRule;
import dev.gpudiag.agent.metrics.HttpRequests;
import dev.gpudiag.agent.page.AgentState;
import dev.gpudiag.agent.simulation.ScenarioCatalog;
import dev.gpudiag.agent.source.SimulatedSource;
import dev.gpudiag.agent.timeline.Timeline;
import dev.gpudiag.agent.timeline.TimelineRecorder;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.SampleHistory;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** What an agent of a simulated node has in memory after its first rounds. */
record SimulatedAgent(String name, ServedNode node) {

    private static final Path SIMULATOR = Path.of(System.getProperty("gpudiag.simulator"));
    private static final Duration SECONDS = Duration.ofSeconds(20);

    static SimulatedAgent of(String scenario) {
        try (SimulatedSource source = new SimulatedSource(
                new ScenarioCatalog(SIMULATOR.resolve("scenarios")).open(scenario), SIMULATOR, 1, SECONDS)) {
            return of(scenario, source);
        }
    }

    private static SimulatedAgent of(String scenario, SimulatedSource source) {
        SampleHistory history = new SampleHistory(Duration.ofHours(3), Duration.ofMillis(1));
        Timeline timeline = Timeline.inMemory(InstantSource.system(), Duration.ofDays(7));
        TimelineRecorder recorder = new TimelineRecorder(timeline, Duration.ofDays(7));
        Report report = null;
        for (int round = 0; round < 4; round++) {
            NodeSample sample = source.sample(SECONDS, SECONDS);
            history.add(sample);
            report = new CheckRunner(CheckCatalog.all())
                    .run(new Evidence(sample, history, Settings.defaults(), Optional.empty()));
            recorder.see(report, source.kernelLog());
        }
        Optional<Report> last = Optional.of(report);
        AgentState state = new AgentState(
                "1.2.3", Duration.ofSeconds(1), Duration.ofSeconds(9), List.of("a note"), Optional.empty());
        Instant now = source.now();
        return new SimulatedAgent(scenario, new ServedNode(() -> last, history, timeline, () -> now, now, () -> state));
    }

    /** The same with another state of the agent itself. */
    SimulatedAgent in(AgentState state) {
        return new SimulatedAgent(
                name,
                new ServedNode(
                        node.reports(), node.history(), node.events(), node.clock(), node.startedAt(), () -> state));
    }

    /** The same with another last report. */
    SimulatedAgent showing(Report report) {
        return new SimulatedAgent(
                name,
                new ServedNode(
                        () -> Optional.of(report),
                        node.history(),
                        node.events(),
                        node.clock(),
                        node.startedAt(),
                        node.state()));
    }

    /** The same, which says that its node is the machine that it runs on. */
    SimulatedAgent ofThisMachine() {
        Report report = node.report().orElseThrow();
        NodeSample sample = report.sample();
        return showing(new Report(
                new NodeSample(sample.takenAt(), SampleSource.live(), sample.driver(), sample.gpus(), sample.host()),
                report.results()));
    }

    /** The same before its first verdict. */
    SimulatedAgent begun() {
        return new SimulatedAgent(
                name,
                new ServedNode(
                        Optional::empty, node.history(), node.events(), node.clock(), node.startedAt(), node.state()));
    }

    /** Answers at a socket and at a free port. */
    HttpServer listening(Path socket) throws IOException {
        HttpServer server = new HttpServer(
                ListenAddress.parse("127.0.0.1:0"),
                Pages.of(""),
                new HttpServer.Around(
                        routes(),
                        new LocalActions(Optional.of(PeerRule.ofThisProcess()), List.of()),
                        new HttpRequests(),
                        Optional.empty()));
        server.listenAt(socket);
        return server;
    }

    List<ApiRoute> routes() {
        return node.routes();
    }
}
