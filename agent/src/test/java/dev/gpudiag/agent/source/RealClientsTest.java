package dev.gpudiag.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.replay.Recording;
import dev.gpudiag.agent.simulation.Scenario;
import dev.gpudiag.agent.simulation.ScenarioCatalog;
import dev.gpudiag.telemetry.NodeSample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real NVML clients on the simulated driver read what a snapshot of gpudiag says, value by value. */
class RealClientsTest {

    private static final Path SIMULATOR = Path.of(System.getProperty("gpudiag.simulator"));
    private static final Path REAL = Path.of(System.getProperty("gpudiag.real-nvml"));
    private static final Duration SECONDS = Duration.ofSeconds(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** So slow that the scenario's clock stands still: both clients see the same instant. */
    private static final double STANDSTILL = 1e-9;

    @TempDir
    private Path directory;

    @BeforeEach
    void realClientsAreThere() {
        assumeTrue(
                Files.exists(REAL.resolve(".complete")),
                "the real NVML clients are not there: real-nvml.sh brings them");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "healthy-h100x8",
                "t4",
                "rtx-consumer",
                "mig-a100",
                "blackwell-b200x8",
                "ecc-uncorrected",
                "gpu-lost"
            })
    void pynvmlReadsWhatASnapshotSays(String name) throws Exception {
        Scenario scenario = new ScenarioCatalog(SIMULATOR.resolve("scenarios")).open(name);

        JsonNode snapshot = snapshot(scenario);
        JsonNode pynvml = pynvml(scenario);

        assertThat(pynvml.path("driver_version").asText())
                .isEqualTo(snapshot.at("/driver/readings/driver_version/value").asText());
        assertThat(pynvml.path("gpus")).hasSameSizeAs(snapshot.path("gpus"));
        int compared = 0;
        for (int gpu = 0; gpu < pynvml.path("gpus").size(); gpu++) {
            compared +=
                    compare(pynvml.path("gpus").get(gpu), snapshot.path("gpus").get(gpu));
        }
        assertThat(compared).isGreaterThan(40);
    }

    private static int compare(JsonNode client, JsonNode gpu) {
        if (client.has("code")) {
            assertThat(gpu.at("/condition/detail").asText())
                    .contains("(" + client.path("code").asInt() + ")");
            return 1;
        }
        int compared = 0;
        for (Map.Entry<String, JsonNode> entry : client.path("readings").properties()) {
            JsonNode reading = gpu.path("readings").path(entry.getKey());
            JsonNode value = entry.getValue().path("value");
            String where = "gpu " + gpu.path("index") + " " + entry.getKey() + ": " + reading;
            if (entry.getValue().has("code")) {
                assertThat(reading.path("value").isNull()).describedAs(where).isTrue();
                // a symbol that the library lacks has no return code in gpudiag
                assertThat(reading.path("code")
                                .asInt(entry.getValue().path("code").asInt()))
                        .describedAs(where)
                        .isEqualTo(entry.getValue().path("code").asInt());
            } else if (value.isNumber()) {
                assertThat(reading.path("value").isNumber()).describedAs(where).isTrue();
                assertThat(reading.path("value").asDouble())
                        .describedAs(where)
                        .isCloseTo(value.asDouble(), within(Math.abs(value.asDouble()) * 1e-9 + 1e-9));
            } else {
                assertThat(reading.path("value").asText()).describedAs(where).isEqualTo(value.asText());
            }
            compared++;
        }
        compareProcesses(client.path("processes"), gpu.path("processes"));
        return compared;
    }

    private static void compareProcesses(JsonNode client, JsonNode processes) {
        JsonNode own = processes.isArray() ? processes : processes.path("value");
        for (JsonNode process : client.isArray() ? client : JSON.createArrayNode()) {
            long pid = process.get(0).asLong();
            assertThat(own).anySatisfy(mine -> {
                assertThat(mine.path("pid").asLong()).isEqualTo(pid);
                assertThat(mine.at("/used_memory_bytes/value").asLong())
                        .isEqualTo(process.get(1).asLong());
            });
        }
    }

    @Test
    void nvtopShowsWhatASnapshotSays() throws Exception {
        assumeTrue(hasTmux(), "tmux is not there");
        Scenario scenario = new ScenarioCatalog(SIMULATOR.resolve("scenarios")).open("t4");

        JsonNode snapshot = snapshot(scenario);
        String screen = nvtop(scenario);

        for (JsonNode gpu : snapshot.path("gpus")) {
            assertThat(screen)
                    .contains("Device " + gpu.path("index") + " ["
                            + gpu.path("name").asText() + "]");
            JsonNode readings = gpu.path("readings");
            assertThat(screen)
                    .contains("GEN " + number(readings, "pcie_generation") + "@" + number(readings, "pcie_width") + "x")
                    .contains("GPU " + number(readings, "clock_graphics_hertz") / 1_000_000 + "MHz")
                    .contains("MEM " + number(readings, "clock_memory_hertz") / 1_000_000 + "MHz")
                    .containsPattern("TEMP\\s+" + number(readings, "temperature_gpu_celsius") + "°C")
                    .containsPattern("POW\\s+" + number(readings, "power_usage_watts") + " /\\s+"
                            + number(readings, "power_limit_enforced_watts") + " W")
                    .containsPattern("GPU\\[\\|* *"
                            + Math.round(100
                                    * readings.at("/utilization_gpu_ratio/value")
                                            .asDouble()) + "%\\]");
        }
        Matcher memory =
                Pattern.compile("MEM\\[\\|* *([0-9.]+)Gi/([0-9.]+)Gi\\]").matcher(screen);
        assertThat(memory.find()).describedAs(screen).isTrue();
        JsonNode first = snapshot.path("gpus").get(0).path("readings");
        double gibibyte = 1L << 30;
        // nvtop 3.0 asks for the first version of the memory call, in which the reserved part counts as used
        double used = (number(first, "memory_used_bytes") + number(first, "memory_reserved_bytes")) / gibibyte;
        assertThat(Double.parseDouble(memory.group(1))).isCloseTo(used, within(0.001));
        assertThat(Double.parseDouble(memory.group(2)))
                .isCloseTo(number(first, "memory_total_bytes") / gibibyte, within(0.001));
    }

    private static long number(JsonNode readings, String quantity) {
        JsonNode value = readings.path(quantity).path("value");
        assertThat(value.isNumber()).describedAs(quantity).isTrue();
        return value.asLong();
    }

    private static JsonNode snapshot(Scenario scenario) throws IOException {
        try (SimulatedSource source = new SimulatedSource(scenario, SIMULATOR, STANDSTILL, SECONDS)) {
            NodeSample sample = source.sample(SECONDS, SECONDS);
            return JSON.readTree(Recording.write(sample, "test"));
        }
    }

    private JsonNode pynvml(Scenario scenario) throws Exception {
        Path script = directory.resolve("pynvml_read.py");
        try (var in = RealClientsTest.class.getResourceAsStream("pynvml_read.py")) {
            Files.copy(in, script);
        }
        ProcessBuilder builder = new ProcessBuilder("python3", script.toString());
        builder.environment().putAll(environment(scenario));
        builder.environment().put("PYTHONPATH", REAL.resolve("python").toString());
        return JSON.readTree(output(builder));
    }

    private String nvtop(Scenario scenario) throws Exception {
        String session = "gpudiag-" + ProcessHandle.current().pid();
        StringBuilder command = new StringBuilder("env HOME=" + directory + " LANG=C.UTF-8");
        environment(scenario)
                .forEach((key, value) ->
                        command.append(' ').append(key).append('=').append(value));
        command.append(' ').append(REAL.resolve("bin/nvtop"));
        try {
            output(new ProcessBuilder(
                    "tmux",
                    "-L",
                    session,
                    "-f",
                    "/dev/null",
                    "-u",
                    "new-session",
                    "-d",
                    "-x",
                    "160",
                    "-y",
                    "40",
                    command.toString()));
            String screen = "";
            for (int tries = 0; tries < 100 && !screen.contains("POW "); tries++) {
                TimeUnit.MILLISECONDS.sleep(100);
                screen = output(new ProcessBuilder("tmux", "-L", session, "capture-pane", "-p"));
            }
            return screen;
        } finally {
            new ProcessBuilder("tmux", "-L", session, "kill-server").start().waitFor();
        }
    }

    private static boolean hasTmux() throws InterruptedException {
        try {
            return new ProcessBuilder("tmux", "-V").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static Map<String, String> environment(Scenario scenario) {
        Path libraries = scenario.symbols().equals("all") ? SIMULATOR : SIMULATOR.resolve(scenario.symbols());
        return Map.of(
                "LD_LIBRARY_PATH", libraries.toString(),
                "GPUDIAG_SIMULATOR_SCENARIO", scenario.file().toString(),
                "GPUDIAG_SIMULATOR_TIME_SCALE", "0.000000001");
    }

    private static String output(ProcessBuilder builder) throws Exception {
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .describedAs(List.of(builder.command(), output).toString())
                .isZero();
        return output;
    }
}
