package dev.gpudiag.agent.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.state.StateFile;
import dev.gpudiag.checks.Status;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, killed with SIGKILL wherever they are. */
class KillTest {

    private static final int KILLS = 50;

    @TempDir
    private Path folder;

    @Test
    @Timeout(300)
    void fiftyKillsWhileWritingLoseNothingThatWasSaidToBeSavedAndEveryStartGoesOn() throws Exception {
        Random random = new Random(20_261_124);
        long saved = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            long last = runAndKill(1 + random.nextInt(12), random.nextInt(3_000));
            assertThat(last).as("run %s", kill).isGreaterThan(saved);
            saved = last;

            EventPage page = Timeline.reader(folder).events(EventQuery.all());
            Set<String> counts = new HashSet<>();
            page.events().stream().map(TimelineEvent::text).forEach(counts::add);
            assertThat(LongStream.rangeClosed(1, saved).filter(n -> !counts.contains("count " + n)))
                    .as("lost by run %s", kill)
                    .isEmpty();
            assertThat(page.damaged()).isLessThanOrEqualTo(kill + 1);
            assertThat(KilledWriter.before(new StateFile(folder.resolve("count.state"), 1000)))
                    .isGreaterThanOrEqualTo(saved);
        }
        List<TimelineEvent> told =
                Timeline.reader(folder).events(EventQuery.all()).events();
        // as many as are told in an hour: an agent that dies again and again does not fill the timeline
        assertThat(told.stream().filter(event -> event.action().equals("died"))).hasSizeGreaterThanOrEqualTo(19);
        try (Stream<Path> files = Files.list(folder)) {
            // what the last one may have left half-written is swept by the next
            assertThat(files).hasSizeLessThanOrEqualTo(5);
        }
    }

    /** The last count that was said to be saved before the kill. */
    private long runAndKill(int lines, int microseconds) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx64m",
                        "-cp",
                        classPath(),
                        KilledWriter.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = process.inputReader()) {
            String last = out.readLine();
            for (int i = 1; i < lines && last != null; i++) {
                last = out.readLine();
            }
            TimeUnit.MICROSECONDS.sleep(microseconds);
            process.toHandle().destroyForcibly(); // SIGKILL, and what it has said can still be read
            for (String line = out.readLine(); line != null && line.matches("saved \\d+"); line = out.readLine()) {
                last = line;
            }
            process.waitFor();
            assertThat(last).as("it has started and saved").isNotNull();
            return Long.parseLong(last.substring("saved ".length()));
        } finally {
            process.destroyForcibly();
        }
    }

    /** Where the classes lie that the program needs, whoever runs this test. */
    private static String classPath() {
        return Stream.of(
                        KilledWriter.class,
                        Timeline.class,
                        Status.class,
                        ObjectMapper.class,
                        JsonFactory.class,
                        JsonProperty.class)
                .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
                .map(location -> Path.of(URI.create(location.toString())).toString())
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }
}
