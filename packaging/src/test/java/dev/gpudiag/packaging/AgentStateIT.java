package dev.gpudiag.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent of the product on this machine: what it keeps, how it is configured while it runs, what systemd hears. */
class AgentStateIT {

    private static final Path PRODUCT = Path.of(System.getProperty("gpudiag.product"));
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int KILLS = 4;
    private static final int ABORTED = 6;
    private static final int SEGMENTATION_FAULT = 11;

    @TempDir
    private Path folder;

    private Path configuration;
    private Run.Started agent;
    private int port;

    @BeforeEach
    void configure() throws IOException {
        configuration = folder.resolve("gpudiag.yaml");
        configure(folder.resolve("state"), "");
    }

    private void configure(Path state, String more) throws IOException {
        if (port == 0) {
            try (ServerSocket free = new ServerSocket(0)) {
                port = free.getLocalPort();
            }
        }
        Files.writeString(configuration, """
                state-directory: %s
                web:
                  listen-address: 127.0.0.1:%d
                  socket: %s
                %s""".formatted(state, port, folder.resolve("agent.sock"), more));
    }

    @AfterEach
    void end() throws InterruptedException {
        if (agent != null) {
            agent.process().destroyForcibly();
            agent.process().waitFor(10, TimeUnit.SECONDS);
        }
    }

    private void serve(Map<String, String> environment) throws IOException {
        agent = Run.start(folder, environment, command("serve"));
    }

    /** On the simulated library, as if it were this machine's driver. */
    private void serveSimulated(String faults) throws IOException {
        Path simulator = PRODUCT.resolve("simulator");
        Path scenario = folder.resolve("driver.scenario");
        Files.writeString(scenario, Files.readString(simulator.resolve("scenarios/t4.scenario")) + faults);
        agent = Run.start(
                folder,
                Map.of("GPUDIAG_SIMULATOR_SCENARIO", scenario.toString()),
                command(
                        "serve",
                        "--force-init",
                        "--nvml-library",
                        simulator.resolve("libnvidia-ml.so.1").toString()));
    }

    private List<String> command(String... arguments) {
        List<String> command =
                new java.util.ArrayList<>(List.of(PRODUCT.resolve("bin/gpudiag").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--config", configuration.toString()));
        return command;
    }

    private String await(String path, Predicate<String> wanted) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String last = "";
        while (System.nanoTime() < end) {
            try (HttpClient client = HttpClient.newHttpClient()) {
                last = client.send(
                                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                        .timeout(Duration.ofSeconds(5))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body();
                if (wanted.test(last)) {
                    return last;
                }
            } catch (IOException e) {
                last = e.toString();
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        throw new AssertionError("not within " + PATIENCE + ":\n" + last + "\n" + Files.readString(agent.err()));
    }

    @Test
    void aKilledAgentStartsAgainEachTimeAndTellsIt() throws Exception {
        for (int kill = 0; kill < KILLS; kill++) {
            serve(Map.of());
            await("/readyz", text -> text.startsWith("ok"));
            agent.process().destroyForcibly();
            assertThat(agent.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        }

        Run timeline = Run.of(folder, Map.of(), command("timeline", "--json", "--kind", "agent"));

        assertThat(timeline.code()).as(timeline.err()).isZero();
        assertThat(timeline.err()).isEmpty();
        assertThat(timeline.out().lines().filter(line -> line.contains("\"started\"")))
                .hasSize(KILLS);
        assertThat(timeline.out().lines().filter(line -> line.contains("\"died\"")))
                .hasSize(KILLS - 1);
    }

    @Test
    void aCallThatCrashesTheAgentIsNamedAtItsNextStart() throws Exception {
        serveSimulated("\n[driver]\ncrash.nvmlDeviceGetTemperature* = at 4s\n");
        assertThat(agent.process().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        assertThat(agent.process().exitValue())
                .as("128 and the signal: %s", Files.readString(agent.err()))
                .isIn(128 + ABORTED, 128 + SEGMENTATION_FAULT);

        serveSimulated("");
        String page = await("/metrics", text -> text.contains("gpudiag_gpu_temperature_celsius{gpu=\"1\""));
        assertThat(page).containsPattern("(?m)^gpudiag_agent_died_timestamp_seconds 1\\.[0-9]+E9$");
        assertThat(page).contains("gpudiag_driver_up 1.0\n");
        assertThat(Files.readString(agent.err())).contains("crashed, in nvmlDeviceGetTemperature");

        Run timeline = Run.of(folder, Map.of(), command("timeline", "--json", "--kind", "agent"));
        assertThat(timeline.code()).as(timeline.err()).isZero();
        assertThat(timeline.out().lines().filter(line -> line.contains("\"died\"")))
                .singleElement()
                .asString()
                .containsPattern("crashed, in (nvml\\w+ of GPU [01], )?nvmlDeviceGetTemperature\\w* of GPU [01]");
    }

    @Test
    void aChangedFileAndASignalAreTakenOverAndABrokenFileIsNot() throws Exception {
        serve(Map.of());
        await("/readyz", text -> text.startsWith("ok"));

        configure(folder.resolve("state"), "sampling:\n  interval: 2s\n");
        await("/metrics", text -> text.contains("gpudiag_config_last_reload_successful 1.0\n"));
        configure(folder.resolve("state"), "samplng:\n  interval: 2s\n");
        await("/metrics", text -> text.contains("gpudiag_config_last_reload_successful 0.0\n"));
        assertThat(await("/", text -> text.contains("stays in force"))).contains("did you mean");
        configure(folder.resolve("state"), "");
        new ProcessBuilder("kill", "-HUP", Long.toString(agent.process().pid()))
                .start()
                .waitFor();
        await("/metrics", text -> text.contains("gpudiag_config_last_reload_successful 1.0\n"));

        Run timeline = Run.of(folder, Map.of(), command("timeline", "--kind", "configuration"));
        assertThat(timeline.out()).contains("sampling.interval").contains("stays in force");
        assertThat(Files.readString(agent.err()).lines())
                .allSatisfy(line -> assertThat(line).matches("(INFO|WARNING|SEVERE) .*"));
    }

    @Test
    void systemdHearsThatItIsReadyWhatItSaysThatItLivesAndThatItStops() throws Exception {
        Path socket = folder.resolve("notify");
        Path heard = folder.resolve("heard");
        Path listener = Files.writeString(folder.resolve("listen.py"), """
                import socket, sys
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                s.bind(sys.argv[1])
                print("listening", flush=True)
                while True:
                    print(s.recv(4096).decode(), flush=True)
                """);
        Process python;
        try {
            python = new ProcessBuilder("python3", listener.toString(), socket.toString())
                    .redirectOutput(heard.toFile())
                    .start();
        } catch (IOException e) {
            Assumptions.abort("python3 is not there: nobody listens as systemd does");
            return;
        }
        try {
            hears(heard, "listening");
            serve(Map.of("NOTIFY_SOCKET", socket.toString(), "WATCHDOG_USEC", "3000000"));
            hears(heard, "READY=1\nSTATUS=");
            hears(heard, "WATCHDOG=1");
            new ProcessBuilder("kill", "-HUP", Long.toString(agent.process().pid()))
                    .start()
                    .waitFor();
            hears(heard, "RELOADING=1\nMONOTONIC_USEC=");
            agent.process().destroy();
            assertThat(agent.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
            hears(heard, "STOPPING=1");
        } finally {
            python.destroyForcibly();
        }
    }

    private static void hears(Path heard, String message) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.readString(heard).contains(message)) {
            assertThat(System.nanoTime()).as("not heard: " + message).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    @Test
    void aFullDiskIsToldAndSurvivedAndWhatWaitedIsSavedWhenThereIsRoom() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        Run mount =
                Run.of(folder, Map.of(), List.of("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString()));
        Assumptions.assumeTrue(mount.code() == 0, "no right to mount a small disk");
        try {
            Path filler = disk.resolve("filler");
            Files.write(filler, new byte[64 * 1024]);
            configure(disk.resolve("state"), "");
            serve(Map.of());
            await("/metrics", text -> text.contains("gpudiag_state_saved{store=\"timeline\"} 0.0\n"));
            await("/", text -> text.contains("timeline not saved"));
            assertThat(await("/healthz", text -> true)).startsWith("ok");

            Files.delete(filler);
            await("/metrics", text -> text.contains("gpudiag_state_saved{store=\"timeline\"} 1.0\n"));
            Run timeline = Run.of(folder, Map.of(), command("timeline", "--kind", "agent"));
            assertThat(timeline.out()).contains("started");
        } finally {
            end();
            Run.of(folder, Map.of(), List.of("umount", disk.toString()));
        }
    }
}
