package dev.gpudiag.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gpudiag.agent.page.AgentState;
import dev.gpudiag.agent.page.StatusPage;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleHistory;
import dev.gpudiag.telemetry.SampleSource;
import dev.gpudiag.telemetry.Workload;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process, a pod or a driver may call itself does nothing in a browser, and breaks no line. */
class HostileNamesIT {

    private static final String SCRIPT = "<script>document.title='taken'</script><img src=x onerror=alert(1)>";
    private static final String TURNED = "safe\u202e\u2066gpj.exe\u200f\u200b";
    private static final String LONG = "x".repeat(10_000);
    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");

    @TempDir
    private Path folder;

    @Test
    void namesAreTextWhateverTheyAre() throws Exception {
        Assumptions.assumeTrue(
                Browser.isInstalled(), "chromium and chromedriver are not there: the status page is not looked at");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        StatusPage page = page();
        server.createContext("/", exchange -> {
            StatusPage.headers().forEach(exchange.getResponseHeaders()::add);
            byte[] html = page.html();
            exchange.sendResponseHeaders(200, html.length);
            exchange.getResponseBody().write(html);
            exchange.close();
        });
        server.start();
        try (Browser browser = Browser.start(folder, Map.of())) {
            browser.viewport(360, 740, true);
            browser.open("http://127.0.0.1:" + server.getAddress().getPort() + "/");

            assertThat(browser.console()).isEmpty();
            assertThat(browser.requests()).isNotEmpty().noneMatch(request -> request.endsWith("/x"));
            assertThat(browser.script("return document.title").asText()).startsWith("CRITICAL ");
            assertThat(browser.script("return document.querySelectorAll('img, main script').length")
                            .asInt())
                    .isZero();
            browser.script("document.querySelectorAll('details').forEach(details => details.open = true)");
            assertThat(browser.script("return document.documentElement.scrollWidth")
                            .asInt())
                    .isLessThanOrEqualTo(360);
            assertThat(browser.script("return document.documentElement.scrollHeight")
                            .asInt())
                    .isLessThan(10_000);
            assertThat(browser.script("return document.body.innerText").asText())
                    .contains(SCRIPT, "safe\\u202e\\u2066gpj.exe\\u200f\\u200b", "more characters)")
                    .doesNotContain("\u202e", "\u2066", "\u200f", LONG);
            browser.screenshot(Path.of(System.getProperty("gpudiag.product"))
                    .resolveSibling("screenshots/hostile-names-phone.png"));
        } finally {
            server.stop(0);
        }
    }

    private static StatusPage page() {
        StatusPage page = new StatusPage(
                SampleHistory.none(),
                () -> NOW,
                () -> new AgentState(
                        SCRIPT,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(8),
                        List.of(SCRIPT + LONG),
                        Optional.of(TURNED)),
                System::nanoTime);
        page.see(report());
        return page;
    }

    private static Report report() {
        GpuIdentity identity =
                new GpuIdentity(0, Optional.of(SCRIPT), Optional.of("0000:" + SCRIPT), Optional.of(SCRIPT + LONG));
        GpuSample gpu = new GpuSample(
                identity,
                NOW,
                GpuCondition.answering(),
                Readings.empty(),
                List.of(),
                Reading.of(List.of(process(1, SCRIPT), process(2, TURNED), process(3, LONG)), "nvml"),
                Reading.of(List.of(), "nvml"));
        DriverState driver = new DriverState(
                Reading.of(true, "nvmlInit_v2"),
                Readings.builder().put(HostQuantities.HOSTNAME, SCRIPT, "test").build(),
                Reading.of(List.of(), "test"),
                Reading.of(List.of(), "test"));
        HostSample host = new HostSample(
                Reading.of(List.of(holder(1, SCRIPT), holder(2, TURNED), holder(3, LONG)), "/proc"),
                Reading.notRead("no kubelet"));
        NodeSample sample =
                new NodeSample(NOW, new SampleSource(SampleSource.Kind.REPLAYED, LONG), driver, List.of(gpu), host);
        Finding finding = Finding.builder(Status.CRITICAL, Subject.gpu(identity), SCRIPT + TURNED)
                .why(LONG)
                .action(SCRIPT)
                .action(TURNED)
                .proof(SCRIPT, LONG)
                .build();
        return new Report(sample, List.of(new CheckResult("xid", Status.CRITICAL, SCRIPT + LONG, List.of(finding))));
    }

    private static ComputeProcess process(long pid, String name) {
        return new ComputeProcess(
                pid,
                ComputeProcess.Type.COMPUTE,
                Optional.of(name),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Reading.of(1L << 30, "nvml"),
                Reading.notRead("not read"));
    }

    private static GpuHolder holder(long pid, String name) {
        Reading<String> text = Reading.of(name, "/proc");
        return new GpuHolder(
                pid,
                Reading.of(1L, "/proc"),
                Reading.of("S", "/proc"),
                text,
                text,
                text,
                Reading.of(List.of("/dev/nvidia0"), "/proc"),
                Reading.notRead("not read"),
                Reading.of(Workload.of(Workload.Kind.KUBERNETES_POD, name), "/proc"),
                Reading.notRead("not read"));
    }
}
