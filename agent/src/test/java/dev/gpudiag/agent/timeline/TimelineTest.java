package dev.gpudiag.agent.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gpudiag.agent.state.StateHealth;
import dev.gpudiag.agent.state.StateWriter;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimelineTest {

    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final Duration KEPT = Duration.ofDays(7);

    @TempDir
    private Path folder;

    private final StateHealth health = new StateHealth();
    private final StateWriter writer = new StateWriter(health);

    @AfterEach
    void close() {
        writer.close();
    }

    private Timeline timeline() {
        return Timeline.in(folder, KEPT, () -> NOW, writer);
    }

    private void saved() throws InterruptedException {
        assertThat(writer.await(Duration.ofSeconds(20))).isTrue();
    }

    private static TimelineEvent event(Instant at, int gpu) {
        return TimelineEvent.of(at, TimelineEvent.Kind.GPU, "gone", Status.CRITICAL, "GPU " + gpu)
                .onGpu(Optional.of(new GpuIdentity(
                        gpu, Optional.of("GPU-" + gpu), Optional.of("0000:0" + gpu + ":00.0"), Optional.empty())));
    }

    @Test
    void aRestartGoesOnWithTheEventsAndTheNumbers() throws Exception {
        timeline().add(event(NOW.minusSeconds(60), 1));
        saved();
        Timeline later = timeline();
        later.add(event(NOW, 2));
        saved();

        EventPage page = later.events(EventQuery.all());
        assertThat(page.events()).extracting(TimelineEvent::id).containsExactly(1L, 2L);
        assertThat(Timeline.reader(folder).events(EventQuery.all())).isEqualTo(page);
    }

    @Test
    void memoryIsBoundedAndWhatItForgotIsReadFromDisk() throws Exception {
        Timeline timeline = timeline();
        int count = Timeline.MEMORY + 500;
        for (int i = 0; i < count; i++) {
            timeline.add(event(NOW.minusSeconds(count - i), 1));
            if (i % 1000 == 0) {
                saved();
            }
        }
        saved();
        assertThat(timeline.recent()).hasSize(Timeline.MEMORY);
        assertThat(timeline.events(EventQuery.all()).events()).hasSize(count);
        assertThat(timeline.events(EventQuery.since(NOW.minusSeconds(10))).events())
                .hasSize(10);
    }

    @Test
    void eventsAreOrderedByWhenTheyHappened() throws Exception {
        Timeline timeline = Timeline.inMemory(() -> NOW, KEPT);
        timeline.add(event(NOW, 1));
        timeline.add(event(NOW.minusSeconds(60), 2));
        assertThat(timeline.events(EventQuery.all()).events())
                .extracting(TimelineEvent::text)
                .containsExactly("GPU 2", "GPU 1");
    }

    @Test
    void aQueryTakesTimeGpuKindAndTheNewestOfMany() throws Exception {
        Timeline timeline = Timeline.inMemory(() -> NOW, KEPT);
        for (int i = 1; i <= 5; i++) {
            timeline.add(event(NOW.minusSeconds(60L * i), i));
        }
        timeline.add(TimelineEvent.of(NOW, TimelineEvent.Kind.AGENT, "started", Status.INFO, "node"));

        for (String name : new String[] {"2", "GPU-2", "gpu-2", "0000:02:00.0"}) {
            assertThat(timeline.events(
                                    new EventQuery(Optional.empty(), Optional.empty(), Optional.of(name), Set.of(), 10))
                            .events())
                    .as(name)
                    .extracting(TimelineEvent::text)
                    .containsExactly("GPU 2");
        }
        EventPage between = timeline.events(new EventQuery(
                Optional.of(NOW.minusSeconds(240)),
                Optional.of(NOW.minusSeconds(120)),
                Optional.empty(),
                Set.of(),
                10));
        assertThat(between.events()).extracting(TimelineEvent::text).containsExactly("GPU 4", "GPU 3");
        EventPage agents = timeline.events(new EventQuery(
                Optional.empty(), Optional.empty(), Optional.empty(), Set.of(TimelineEvent.Kind.AGENT), 10));
        assertThat(agents.events()).extracting(TimelineEvent::text).containsExactly("node");
        EventPage newest =
                timeline.events(new EventQuery(Optional.empty(), Optional.empty(), Optional.empty(), Set.of(), 2));
        assertThat(newest.events()).extracting(TimelineEvent::text).containsExactly("GPU 1", "node");
        assertThat(newest.hasOlder()).isTrue();
        assertThatThrownBy(() -> new EventQuery(Optional.empty(), Optional.empty(), Optional.empty(), Set.of(), 0))
                .hasMessageContaining("limit");
    }

    @Test
    void whatIsOlderThanWhatIsKeptIsNotShown() throws Exception {
        Timeline timeline = timeline();
        timeline.add(event(NOW.minus(Duration.ofDays(8)), 1));
        timeline.add(event(NOW, 2));
        assertThat(timeline.events(EventQuery.all()).events())
                .extracting(TimelineEvent::text)
                .containsExactly("GPU 2");
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsToldAndStopsNothing() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        Timeline timeline = Timeline.in(file.resolve("state"), KEPT, () -> NOW, writer);
        timeline.add(event(NOW, 1));
        saved();

        assertThat(health.stores().get("timeline")).isNotEmpty();
        assertThat(timeline.events(EventQuery.all()).events()).hasSize(1);
    }

    @Test
    void aDirectoryInWhichNothingWasKeptIsNotATimelineWithoutEvents() {
        assertThatThrownBy(() -> Timeline.reader(folder.resolve("none")).events(EventQuery.all()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no agent has kept one");
    }
}
