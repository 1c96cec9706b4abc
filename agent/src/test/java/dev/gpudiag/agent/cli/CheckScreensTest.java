package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gpudiag.agent.report.Screens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole screens of {@code gpudiag check}: every bundled scenario, captures, and every kind of reader. {@code
 * -Dgpudiag.update-goldens=true} writes them anew.
 */
class CheckScreensTest {

    private static final Path SIMULATOR = Path.of(System.getProperty("gpudiag.simulator"));
    private static final Path CAPTURES =
            Path.of(System.getProperty("gpudiag.shared", "../shared"), "captures", "nvidia-smi-xml");

    /** What differs from run to run; the replacement is as long, so that lines break at the same words. */
    private static final Pattern INSTANT = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");

    private static final Pattern SLOPE = Pattern.compile("\\(\\d{3} MiB to \\d{3} MiB\\)");

    private static final Pattern WAITED = Pattern.compile("(for|returned for) \\d s\\b");

    private final CommandRun command = OwnProcess.run(SIMULATOR);

    @TempDir
    private Path folder;

    static List<String> scenarios() {
        return List.copyOf(new ProductSources(SIMULATOR, Map.of()).scenarios().keySet());
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void aScenario(String name) throws Exception {
        String screen = name.contains("hung")
                ? hungScreen("scenario-" + name, "--simulate", name)
                : screen("scenario-" + name, "--simulate", name);

        if (screen.lines()
                        .filter(line -> line.matches(" {2}(CRITICAL|WARNING|UNKNOWN) .*"))
                        .count()
                == 1) {
            assertThat(screen.lines().count()).as(screen).isLessThanOrEqualTo(24);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NVIDIA_qx-a100-healthy",
                "NVIDIA_qx-gb200-ecc-injected",
                "NVIDIA_qx-gb200-fabric-degraded",
                "NVIDIA_qx-gb200-lost",
                "influxdata_dual_2080-v13",
                "influxdata_tesla-t4",
                "microsoft_nvidia_smi_sample_6gpu_original",
            })
    void aCapture(String name) throws IOException {
        Path capture = CAPTURES.resolve(name + ".xml");
        assumeTrue(Files.exists(capture), "skipped: no captures at " + CAPTURES);
        Path copy = Files.copy(capture, folder.resolve("capture.xml"));

        screen("capture-" + name, "--replay", copy.toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 80, 132})
    void aTerminalOfAnotherWidth(int columns) throws IOException {
        screen("width-" + columns, "--simulate", "gpu-lost", "--width", String.valueOf(columns));
    }

    @Test
    void aTerminalWithColours() throws IOException {
        command.colour = true;
        String coloured = screen("colour", "--simulate", "gpu-lost");
        command.colour = false;
        command.run("check", "--simulate", "gpu-lost", "--timeout", "2s");

        assertThat(coloured.replaceAll("\u001b\\[[0-9;]*m", "")).isEqualTo(settled(command.out()));
    }

    @Test
    void readersThatAreProgramsOrWantLess() throws IOException {
        screen("nagios", "--simulate", "gpu-lost", "--format", "nagios");
        screen("npd", "--simulate", "gpu-lost", "--format", "npd");
        screen("quiet", "--simulate", "row-remap-failure", "-q");
        screen("verbose-fault", "--simulate", "row-remap-failure", "ecc", "-v");
        screen("one-gpu", "--simulate", "ecc-uncorrected", "--gpu", "0");
        screen("one-mig-device", "--simulate", "mig-a100", "--gpu", "0:2");
        screen("two-checks", "--simulate", "ecc-uncorrected", "ecc", "xid");
    }

    @Test
    void aCallerWithoutRights() throws IOException {
        Path denied = scenario(
                "t4",
                "[driver]",
                "return.nvmlDeviceGetComputeRunningProcesses* = 4",
                "return.nvmlDeviceGetGraphicsRunningProcesses* = 4",
                "return.nvmlDeviceGetMPSComputeRunningProcesses* = 4");
        screen("no-permission", "--simulate", denied.toString());
        screen("no-permission-strict", "--simulate", denied.toString(), "--strict");
        screen(
                "no-permission-driver",
                "--simulate",
                scenario("t4", "[driver]", "return.nvmlInit* = 4").toString());
    }

    @Test
    void aContainerWithoutTheDriversLibrary() throws IOException {
        Path container =
                scenario("t4", "[driver]", "return.nvmlInit* = 12", "[file /.dockerenv]", "0s = made by Docker");
        screen("in-a-container", "--simulate", container.toString());
    }

    @Test
    void aDriverThatHangsInOneCallOrInShutdown() throws Exception {
        Path call = scenario("t4", "[gpu 0]", "hang.nvmlDeviceGetTemperature* = yes");
        assertThat(hungScreen("hung-call", "--simulate", call.toString()))
                .contains("CRITICAL  devices  gpu 0: no answer from nvmlDeviceGetTemperature");
        Path shutdown = scenario("t4", "[driver]", "hang.nvmlShutdown = yes");
        hungScreen("hung-shutdown", "--simulate", shutdown.toString());
    }

    @Test
    void thereAreThirtySituationsAtLeast() throws IOException {
        try (Stream<Path> screens = Files.list(Screens.folder().resolve("check"))) {
            assertThat(screens.count()).isGreaterThanOrEqualTo(30);
        }
    }

    private Path scenario(String bundled, String... more) throws IOException {
        String text = Files.readString(SIMULATOR.resolve("scenarios").resolve(bundled + ".scenario"));
        return Files.writeString(folder.resolve("own.scenario"), text + "\n" + String.join("\n", more) + "\n");
    }

    /** Runs the command and holds what it prints; nothing goes to standard error. */
    private String screen(String name, String... arguments) throws IOException {
        String[] all = Stream.concat(Stream.of("check", "--timeout", "2s"), Arrays.stream(arguments))
                .toArray(String[]::new);
        int exitCode = command.run(all);
        return hold(name, new OwnProcess.Outcome(exitCode, command.out(), command.err()));
    }

    /** As {@link #screen}, with more time, since a process of its own has to start. */
    private String hungScreen(String name, String... arguments) throws IOException, InterruptedException {
        String[] all = Stream.concat(Stream.of("check", "--timeout", "8s"), Arrays.stream(arguments))
                .toArray(String[]::new);
        return hold(name, OwnProcess.of(folder, all));
    }

    private String hold(String name, OwnProcess.Outcome outcome) throws IOException {
        String screen = settled(outcome.out());
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isBetween(0, 3);
        Screens.assertSame("check/" + name + ".txt", screen + "exit code " + outcome.exitCode() + "\n");
        return screen;
    }

    private String settled(String screen) {
        String timeless = INSTANT.matcher(screen).replaceAll("2026-01-01T00:00:00Z");
        String steady =
                SLOPE.matcher(timeless).replaceAll("(600 MiB to 600 MiB)").replaceAll("\\d\\.\\d h\\b", "8.5 h");
        return WAITED.matcher(steady).replaceAll("$1 1 s").replace(folder.toString(), "FOLDER");
    }
}
