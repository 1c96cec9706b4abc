package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.checks.Baseline;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleHistory;
import dev.gpudiag.telemetry.SampleSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WatchMemoryCommandTest {

    @TempDir
    private Path folder;

    private static CommandRun fake() {
        return new CommandRun(new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0))), FakeChecks.heat());
    }

    /** A node on which a minute passes from sample to sample, and a process grows by 20 MiB in each. */
    private static final class GrowingNode implements NodeSources, NodeSource {
        private int minute;

        @Override
        public NodeSource open(SourceOptions options) {
            return this;
        }

        @Override
        public SortedMap<String, Path> scenarios() {
            return new TreeMap<>();
        }

        @Override
        public NodeSample sample(Duration timeout) {
            Instant at = Instant.parse("2026-11-23T12:00:00Z").plusSeconds(60L * minute);
            minute++;
            GpuSample gpu = new GpuSample(
                    new GpuIdentity(0, Optional.of("GPU-1"), Optional.of("0000:01:00.0"), Optional.of("H100")),
                    at,
                    GpuCondition.answering(),
                    Readings.builder()
                            .put(GpuQuantities.MEMORY_TOTAL, 80L << 30, "nvml")
                            .put(GpuQuantities.UTILIZATION_GPU, 0.6, "nvml")
                            .build(),
                    List.of(),
                    Reading.of(List.of(process(4711, 1000 + 20L * minute), process(4712, 1000)), "nvml"),
                    Reading.of(List.of(), "nvml"));
            DriverState driver = new DriverState(
                    Reading.of(true, "nvml"), Readings.empty(), Reading.notRead(""), Reading.notRead(""));
            return new NodeSample(at, SampleSource.live(), driver, List.of(gpu));
        }

        private static ComputeProcess process(long pid, long mib) {
            return new ComputeProcess(
                    pid,
                    ComputeProcess.Type.COMPUTE,
                    Optional.of("python"),
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    Reading.of(mib << 20, "nvml"),
                    Reading.notRead(""));
        }

        @Override
        public SampleHistory history() {
            return SampleHistory.none();
        }

        @Override
        public Optional<Baseline> baseline() {
            return Optional.empty();
        }

        @Override
        public List<String> warnings() {
            return List.of();
        }

        @Override
        public void close() {}
    }

    @Test
    void growthOfOneProcessIsSeenReadAsALoadTestAndRecorded() throws Exception {
        CommandRun run = fake();
        run.sources = new GrowingNode();
        Path recording = folder.resolve("trace.ndjson");
        String[] arguments = {
            "watch-memory",
            "--pid",
            "4711",
            "--for",
            "2s",
            "--every",
            "100ms",
            "--json",
            "--record",
            recording.toString()
        };

        assertThat(run.run(arguments)).as(run.err()).isEqualTo(1);

        JsonNode json = new ObjectMapper().readTree(run.out());
        assertThat(json.at("/series/0/pid").longValue()).isEqualTo(4711);
        assertThat(json.at("/series")).hasSize(1);
        assertThat(json.at("/load_tests/0/memory").textValue()).isEqualTo("grows");
        assertThat(json.at("/load_tests/0/load").textValue()).isEqualTo("healthy");
        assertThat(Files.readAllLines(recording)).hasSize(21);
        assertThat(run.run("analyze-memory", "--json", recording.toString())).isZero();
        assertThat(new ObjectMapper().readTree(run.out()).at("/series/0/pid").longValue())
                .isEqualTo(4711);

        assertThat(run.run(arguments)).isEqualTo(ExitCodes.USAGE);
        assertThat(run.err()).contains("exists and is not overwritten");
    }

    @Test
    void whatCannotBeSeenIsNotKnown() {
        CommandRun run = fake();

        assertThat(run.run("watch-memory", "--pid", "99999", "--for", "1s", "--every", "1s"))
                .isEqualTo(3);
        assertThat(run.err()).contains("no GPU listed pid 99999");
        assertThat(run.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--for 2d | outside 1s to 1d",
                "--every 1h | outside 100ms to 5m",
                "--for soon | is not a duration",
                "--time-scale 60 | say --simulate too",
                "--replay pom.xml | analyze-memory",
                "--pid x | --pid",
            })
    void wrongUsageIsOneMessage(String arguments, String message) {
        CommandRun run = fake();

        assertThat(run.run(("watch-memory " + arguments).split(" "))).isEqualTo(ExitCodes.USAGE);
        assertThat(run.err()).contains(message);
    }
}
