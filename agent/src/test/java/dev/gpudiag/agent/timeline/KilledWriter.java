package dev.gpudiag.agent.timeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gpudiag.agent.state.StateFile;
import dev.gpudiag.agent.state.StateHealth;
import dev.gpudiag.agent.state.StateWriter;
import dev.gpudiag.checks.Status;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * A program that writes state as the agent does, as fast as it can until it is killed, and says what is saved: {@code saved
 * N}, where N counts over all its runs.
 */
final class KilledWriter {

    private static final Duration KEPT = Duration.ofDays(7);

    private KilledWriter() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        StateHealth health = new StateHealth();
        StateWriter writer = new StateWriter(health);
        Timeline timeline = Timeline.in(folder, KEPT, InstantSource.system(), writer);
        TimelineRecorder recorder = new TimelineRecorder(timeline, KEPT);
        AgentRun run = new AgentRun(folder, timeline, recorder, writer, "1.0", Optional.of("boot"), List.of());
        run.begin(Instant.now());
        StateFile file = new StateFile(folder.resolve("count.state"), 1000);
        for (long n = before(file) + 1; ; n++) {
            byte[] count = (n + " " + "x".repeat((int) (n % 900))).getBytes(UTF_8);
            timeline.add(TimelineEvent.of(Instant.now(), TimelineEvent.Kind.CHECK, "changed", Status.OK, "count " + n));
            writer.submit("count", () -> file.write(count));
            if (writer.await(Duration.ofSeconds(20))
                    && health.stores().values().stream().allMatch(String::isEmpty)) {
                System.out.println("saved " + n);
            }
        }
    }

    static long before(StateFile file) throws IOException {
        try {
            String text = new String(file.read(), UTF_8);
            long count = Long.parseLong(text.substring(0, text.indexOf(' ')));
            if (text.length() - text.indexOf(' ') - 1 != count % 900) {
                throw new IOException("half a file: " + text);
            }
            return count;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }
}
