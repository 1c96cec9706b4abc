package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.config.AgentSettings;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.agent.timeline.EventQuery;
import dev.gpudiag.agent.timeline.TimelineEvent;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptStateTest {

    private static final SourceOptions LIVE = new SourceOptions.Live(Optional.empty(), Path.of("/"), false);

    @TempDir
    private Path folder;

    private static Settings settings(Path directory) {
        return Settings.defaults().with(AgentSettings.STATE_DIRECTORY, directory.toString());
    }

    private static void round(KeptState state) {
        state.see(
                new Report(Nodes.node(SampleSource.live(), Nodes.answering(0, 2)), List.of()),
                Reading.notRead("no log"));
    }

    private static List<String> actions(KeptState state) throws IOException {
        return state.timeline().events(EventQuery.all()).events().stream()
                .map(TimelineEvent::action)
                .toList();
    }

    @Test
    void aSecondAgentInTheSameDirectoryKeepsNothingThereAndSaysSo() throws Exception {
        KeptState first = KeptState.open(LIVE, settings(folder), "1.0");
        first.begin();
        KeptState second = KeptState.open(LIVE, settings(folder), "1.0");
        second.begin();
        round(second);

        assertThat(first.problems()).isEmpty();
        assertThat(second.problems()).singleElement().asString().contains("another gpudiag agent");
        assertThat(actions(first)).containsExactly("started");
        second.end(Instant.now());
        first.end(Instant.now());
        assertThat(actions(first)).containsExactly("started", "stopped");
    }

    @Test
    void aSimulationWritesNothing() {
        KeptState state =
                KeptState.open(new SourceOptions.Simulated("t4", Path.of("/s/t4.scenario")), settings(folder), "1.0");
        state.load(new MemoryGrowth(MemoryGrowth.LIMIT));
        state.begin();
        round(state);
        state.end(Instant.now());

        assertThat(folder).isEmptyDirectory();
        assertThat(state.problems()).isEmpty();
    }

    @Test
    void whereNothingCanBeWrittenTheAgentGoesOnAndTellsEachPart() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        KeptState state = KeptState.open(LIVE, settings(file.resolve("state")), "1.0");
        state.load(new MemoryGrowth(MemoryGrowth.LIMIT));
        state.begin();
        round(state);
        state.end(Instant.now());

        assertThat(state.problems())
                .anySatisfy(problem -> assertThat(problem).startsWith("agent not saved: "))
                .anySatisfy(problem -> assertThat(problem).startsWith("timeline not saved: "))
                .allSatisfy(
                        problem -> assertThat(problem).contains(file.toString()).doesNotContain("Exception"));
        assertThat(actions(state)).containsExactly("started", "stopped");
    }

    @Test
    void rubbishInEveryFileStopsNoStart() throws Exception {
        Files.createDirectories(folder.resolve("timeline"));
        for (String name : List.of(
                "agent.json",
                "baseline.json",
                "memory-growth.state",
                "kernel-events.ndjson",
                "timeline/00000001.log")) {
            Files.writeString(folder.resolve(name), "\u0000{{{ rubbish of " + name);
        }
        KeptState state = KeptState.open(LIVE, settings(folder), "1.0");
        assertThat(state.load(new MemoryGrowth(MemoryGrowth.LIMIT))).hasSize(1);
        assertThat(state.kernelEvents()).isPresent();
        state.begin();
        round(state);
        state.end(Instant.now());

        assertThat(state.problems()).isEmpty();
        assertThat(actions(state)).containsExactly("started", "stopped");
        assertThat(folder.resolve("agent.json.broken")).exists();
        assertThat(folder.resolve("memory-growth.state.broken")).exists();
        assertThat(KeptState.open(LIVE, settings(folder), "1.0")
                        .timeline()
                        .events(EventQuery.all())
                        .events())
                .hasSize(2);
    }
}
