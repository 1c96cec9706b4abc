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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent of the product on the simulated driver, asked over HTTP. */
class AgentIT {

    private static final Path PRODUCT = Path.of(System.getProperty("gpudiag.product"));
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private Run.Started agent;
    private int port;

    @AfterEach
    void end() {
        if (agent != null) {
            agent.process().destroyForcibly();
        }
    }

    @Test
    void aHungGpuShowsAsSuchWhileTheOthersStayFresh() throws Exception {
        serve("gpu-hung", "--timeout", "4s");

        String page = await("/metrics", text -> text.contains("gpudiag_check_status{check=\"devices\"} 2.0"));

        assertThat(page).containsPattern("gpudiag_gpu_up\\{gpu=\"6\"[^}]*} 0.0\n");
        assertThat(page).doesNotContainPattern("gpudiag_gpu_power_watts\\{gpu=\"6\"");
        Matcher ages = Pattern.compile("gpudiag_sample_age_seconds\\{gpu=\"([^6])\"[^}]*} ([0-9.E-]+)\n")
                .matcher(page);
        int fresh = 0;
        while (ages.find()) {
            assertThat(Double.parseDouble(ages.group(2)))
                    .describedAs(ages.group())
                    .isLessThan(3);
            fresh++;
        }
        assertThat(fresh).isEqualTo(7);
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
        endsWhenAsked();
    }

    @Test
    void aDriverThatNeverInitialisesLeavesPagesAndShutdownAlone() throws Exception {
        serve("driver-hung", "--timeout", "30s");

        // alive from the first answer on, and not ready before the driver has let its deadline pass
        assertThat(await("/healthz", text -> text.startsWith("ok"))).isEqualTo("ok\n");
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        String page = await("/metrics", text -> text.contains("gpudiag_check_status{check=\"driver\"} 2.0"));

        assertThat(page).contains("gpudiag_driver_up 0.0\n").doesNotContain("gpudiag_gpu_up");
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        endsWhenAsked();
    }

    @Test
    void aWaitForEventsThatNeverReturnsLeavesGpusPagesAndShutdownAlone() throws Exception {
        Path scenario = folder.resolve("events-hung.scenario");
        Files.writeString(
                scenario,
                Files.readString(PRODUCT.resolve("simulator/scenarios/t4.scenario"))
                        + "\n[driver]\nhang.nvmlEventSetWait_v2 = yes\n");
        serve(scenario.toString());

        String page = await("/metrics", text -> text.contains("gpudiag_check_status{check=\"ecc\"} 0.0"));

        assertThat(page).containsPattern("gpudiag_gpu_up\\{gpu=\"0\"[^}]*} 1.0\n");
        assertThat(page).containsPattern("gpudiag_gpu_up\\{gpu=\"1\"[^}]*} 1.0\n");
        endsWhenAsked();
    }

    @Test
    void anXidThatNvmlTellsIsCountedAndSaidByASimulation() throws Exception {
        serve("ecc-uncorrected", "--time-scale", "30");

        String page = await("/metrics", text -> text.contains("xid=\"48\""));

        assertThat(page)
                .containsPattern(
                        "gpudiag_gpu_xid_errors_total\\{gpu=\"2\",pci_bus_id=\"0000:3a:00.0\",uuid=\"[^\"]*\",xid=\"48\"} [12].0\n");
        endsWhenAsked();
    }

    @Test
    void anAgentElsewhereIsAskedForItsStateAndItsVerdict() throws Exception {
        serve("gpu-lost");
        await("/readyz", text -> text.startsWith("ok"));
        String launcher = PRODUCT.resolve("bin/gpudiag").toString();
        String there = "127.0.0.1:" + port;

        Run status = Run.of(folder, Map.of(), List.of(launcher, "status", "--host", there));
        assertThat(status.err()).isEmpty();
        assertThat(status.out()).containsPattern("verdict +CRITICAL: ").containsPattern("GPUs +8: gpu 3 lost");

        Run check = Run.of(folder, Map.of(), List.of(launcher, "check", "--host", there));
        assertThat(check.err()).isEmpty();
        assertThat(check.code()).isEqualTo(2);
        assertThat(check.out()).contains("SIMULATED: scenario gpu-lost", "gpu 3", "asked at http://" + there);
        endsWhenAsked();
        assertThat(Run.of(folder, Map.of(), List.of(launcher, "check", "--host", there))
                        .code())
                .isEqualTo(3);
    }

    @Test
    void countersGrowFromSampleToSample() throws Exception {
        serve("healthy-h100x8");
        Pattern energy = Pattern.compile("gpudiag_gpu_energy_joules_total\\{gpu=\"0\"[^}]*} (\\S+)\n");
        Matcher first =
                energy.matcher(await("/metrics", text -> energy.matcher(text).find()));
        assertThat(first.find()).isTrue();
        double before = Double.parseDouble(first.group(1));

        await("/metrics", text -> {
            Matcher later = energy.matcher(text);
            return later.find() && Double.parseDouble(later.group(1)) > before;
        });
        endsWhenAsked();
    }

    @Test
    void aLeakIsFoundByCheckMetricJsonPageAndAlert() throws Exception {
        serve("memory-leak", "--time-scale", "60");
        String page = await("/metrics", text -> text.contains("gpudiag_check_status{check=\"memory-growth\"} 1.0"));

        assertThat(page).containsPattern("gpudiag_gpu_memory_growth_level\\{gpu=\"0\"[^}]*} [23]\\.0\n");
        assertThat(page).containsPattern("gpudiag_gpu_memory_growth_level\\{gpu=\"1\"[^}]*} 0\\.0\n");
        assertThat(number(page, "gpudiag_gpu_memory_growth_bytes_per_second\\{gpu=\"0\"[^}]*}"))
                .isBetween(150_000.0, 200_000.0);
        assertThat(number(page, "gpudiag_gpu_memory_exhaustion_seconds\\{gpu=\"0\"[^}]*}"))
                .isBetween(2.0 * 86_400, 3.5 * 86_400);
        assertAlert(page, "gpudiag_gpu_memory_growth_level >= 2", "0");
        assertAlert(page, "gpudiag_gpu_memory_exhaustion_seconds < 4 * 86400", "0");
        assertThat(await("/", text -> text.contains("WARNING sim-h100: gpu 0")))
                .contains("memory-growth", "grows by 600 MiB/h");
        endsWhenAsked();
        Run check = Run.of(
                folder,
                Map.of(),
                List.of(
                        PRODUCT.resolve("bin/gpudiag").toString(),
                        "check",
                        "memory-growth",
                        "--json",
                        "--simulate",
                        "memory-leak"));
        assertThat(check.code()).isEqualTo(1);
        assertThat(check.out()).contains("\"id\": \"memory-growth\"", "\"pid\": 41000", "\"memory_growth_level\"");
    }

    @Test
    void aReleaseOverTheSocketIsSeenInMetricsAndEventsRaisesNoAlarmAndEndsByItself() throws Exception {
        String socket = "web.socket=" + folder.resolve("agent.sock");
        serve("t4", "--set", socket);
        await("/metrics", text -> text.contains("gpudiag_driver_state{state=\"ready\"} 1.0\n"));

        long begun = System.nanoTime();
        Run.Started release = Run.start(
                folder,
                Map.of(),
                List.of(PRODUCT.resolve("bin/gpudiag").toString(), "release", "--for", "5s", "--set", socket));
        String released = await("/metrics", text -> text.contains("gpudiag_driver_state{state=\"released\"} 1.0\n"));
        Run asked = release.finish(begun);

        assertThat(asked.code()).as(asked.err()).isZero();
        assertThat(asked.out()).startsWith("released until ").contains("by user ");
        assertThat(released)
                .doesNotContainPattern("(?m)^gpudiag_gpu_up")
                .doesNotContainPattern("(?m)^gpudiag_driver_up")
                .doesNotContainPattern("(?m)^gpudiag_check_status\\{[^}]*} [23]");
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        assertThat(get("/healthz").statusCode()).isEqualTo(200);

        String back = await("/metrics", text -> text.contains("gpudiag_driver_state{state=\"ready\"} 1.0\n"));
        assertThat(back).containsPattern("gpudiag_driver_up 1\\.0\n");
        await(
                "/metrics",
                text -> Pattern.compile("gpudiag_gpu_up\\{gpu=\"1\"[^}]*} 1\\.0\n")
                        .matcher(text)
                        .find());
        assertThat(get("/api/v1/events").body()).contains("the agent lets go of the driver: released until ");
        endsWhenAsked();
    }

    private static double number(String page, String series) {
        Matcher matcher = Pattern.compile(series + " (\\S+)\n").matcher(page);
        assertThat(matcher.find()).as(series).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    /** Whether the expression gives an alert for exactly this GPU when Prometheus has the page's series. */
    private void assertAlert(String page, String expression, String gpu) throws Exception {
        Assumptions.assumeTrue(
                Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, "promtool"))),
                "promtool is not there: the alert expression is not evaluated");
        Files.writeString(folder.resolve("alerts.yml"), """
                groups:
                  - name: gpudiag
                    rules:
                      - alert: MemoryLeak
                        expr: %s
                        for: 5m
                """.formatted(expression));
        StringBuilder test = new StringBuilder("""
                rule_files: [alerts.yml]
                evaluation_interval: 1m
                tests:
                  - interval: 1m
                    input_series:
                """);
        String labels = "";
        Matcher series = Pattern.compile(
                        "(?m)^(gpudiag_gpu_memory_(?:growth_level|exhaustion_seconds)\\{([^}]*)}) (\\S+)$")
                .matcher(page);
        while (series.find()) {
            test.append("      - series: '%s'%n        values: '%s+0x20'%n"
                    .formatted(series.group(1), new java.math.BigDecimal(series.group(3)).toPlainString()));
            labels = series.group(2).contains("gpu=\"" + gpu + "\"") ? series.group(2) : labels;
        }
        test.append("    alert_rule_test:\n      - eval_time: 10m\n        alertname: MemoryLeak\n")
                .append("        exp_alerts:\n          - exp_labels: {")
                .append(labels.replace("=", ": "))
                .append("}\n");
        Files.writeString(folder.resolve("test.yml"), test);
        Run run = Run.of(folder, Map.of(), List.of("promtool", "test", "rules", "test.yml"));
        assertThat(run.code()).as(run.out() + run.err() + test).isZero();
    }

    private void serve(String scenario, String... more) throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        List<String> command = new java.util.ArrayList<>(List.of(
                PRODUCT.resolve("bin/gpudiag").toString(),
                "serve",
                "--simulate",
                scenario,
                "--web.listen-address",
                "127.0.0.1:" + port));
        command.addAll(List.of(more));
        agent = Run.start(folder, Map.of(), command);
    }

    private String await(String path, Predicate<String> wanted) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String last = "";
        while (System.nanoTime() < end) {
            try {
                last = get(path).body();
                if (wanted.test(last)) {
                    return last;
                }
            } catch (IOException e) {
                last = e.toString();
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        throw new AssertionError("not within " + PATIENCE + ":\n" + last);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .timeout(Duration.ofSeconds(5))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private void endsWhenAsked() throws InterruptedException {
        agent.process().destroy();
        assertThat(agent.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(agent.process().exitValue()).isZero();
    }
}
