package dev.gpudiag.agent.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleHistory;
import dev.gpudiag.telemetry.SampleSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StatusPageTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SampleHistory history = new SampleHistory(Duration.ofHours(3), Duration.ofSeconds(10));
    private Instant now = Nodes.NOON;
    private AgentState agent = new AgentState("1.2.3", SECOND, Duration.ofSeconds(8), List.of(), Optional.empty());
    private long nanos;
    private final StatusPage page = new StatusPage(history, () -> now, () -> agent, () -> nanos);

    private String html() {
        nanos += SECOND.toNanos();
        return new String(page.html(), UTF_8);
    }

    private String html(Report shown) {
        page.see(shown);
        return html();
    }

    private static String heading(String html) {
        var matcher = Pattern.compile("<h1>(.*?)</h1>").matcher(html);
        assertThat(matcher.find()).isTrue();
        return matcher.group(1).replaceAll("<[^>]*>", "");
    }

    private static int count(String html, String part) {
        return html.split(Pattern.quote(part), -1).length - 1;
    }

    @Test
    void beforeTheFirstVerdictThePageSaysSoAndClaimsNothing() {
        String html = html();

        assertThat(heading(html)).isEqualTo("? UNKNOWN No verdict yet: the first look at this node has not ended");
        assertThat(html).contains("<title>no verdict yet - gpudiag</title>").doesNotContain("OK", "GPU ");
    }

    @Test
    void aNodeThatIsWellIsOneSentence() {
        NodeSample sample = PageNodes.node(PageNodes.gpu(0), PageNodes.gpu(1));

        String html = html(PageNodes.report(sample, PageNodes.fine(sample)));

        assertThat(heading(html)).isEqualTo("✔ OK Nothing is wrong with the 2 GPUs of this node");
        assertThat(html)
                .contains("<p>1 of 1 checks ran</p>", "<title>OK gpu-node-17: ", "<li>read 0 s ago</li>")
                .doesNotContain("What is wrong");
    }

    @Test
    void aProblemHasWhyWhoWhatToDoAndProof() {
        NodeSample sample = PageNodes.node(
                List.of(PageNodes.gpu(0), Nodes.lost(3)),
                PageNodes.holder(4711, "python3", PageNodes.pod("ml/trainer-0 (main)"), "/dev/nvidia0"));
        Finding hot = Finding.builder(Status.WARNING, Subject.gpu(Nodes.gpu(0)), "91 C")
                .limit("83 C")
                .why("it slows down")
                .action("look at the fans")
                .action("lower the power limit")
                .proof("nvmlDeviceGetTemperature", "91")
                .build();

        String html = html(PageNodes.report(sample, PageNodes.result("temperature", hot)));

        assertThat(heading(html)).isEqualTo("▲ WARNING gpu 0: 91 C");
        assertThat(html)
                .contains("<dt>Why it matters</dt><dd>it slows down</dd>")
                .contains("<dt>Who is hit</dt><dd>pod ml/trainer-0 (main): python3 (pid 4711)</dd>")
                .contains("<ol><li>look at the fans</li><li>lower the power limit</li></ol>")
                .contains("<dt>Limit</dt><dd>83 C</dd>")
                .contains("<summary>Proof: 1 reading</summary>")
                .contains("nvmlDeviceGetTemperature: 91");
    }

    @Test
    void whatACauseExplainsIsFoldedUnderIt() {
        NodeSample sample = PageNodes.node(PageNodes.gpu(0), Nodes.lost(3));
        Subject gpu = Subject.gpu(Nodes.gpu(3));

        String html = html(PageNodes.report(
                sample,
                PageNodes.result(
                        "ecc",
                        Finding.builder(Status.UNKNOWN, gpu, "not read")
                                .causedBy("devices")
                                .build()),
                PageNodes.result("devices", Finding.of(Status.CRITICAL, gpu, "fallen off the bus"))));

        assertThat(heading(html)).isEqualTo("✖ CRITICAL gpu 3: fallen off the bus");
        assertThat(count(html, "<article")).isEqualTo(1);
        assertThat(html).contains("<summary>Explains 1 other finding: 1 unknown (ecc)</summary>");
    }

    @Test
    void aGpuThatDoesNotAnswerShowsWhyAndNoValue() {
        GpuSample silent = GpuSample.withoutReadings(
                Nodes.gpu(1),
                Nodes.NOON.minusSeconds(40),
                new GpuCondition(GpuCondition.State.UNRESPONSIVE, "no answer from nvmlDeviceGetTemperature for 40 s"));
        NodeSample sample = PageNodes.node(PageNodes.gpu(0), silent);

        String html = html(PageNodes.report(sample, PageNodes.fine(sample)));
        String card = html.substring(html.indexOf("GPU 1 "), html.indexOf("Who holds"));

        assertThat(card)
                .contains("> UNRESPONSIVE</span>", "no answer from nvmlDeviceGetTemperature for 40 s", "Read 40 s ago.")
                .doesNotContain("GiB", "°C");
    }

    @Test
    void aGpuThatNoCheckLookedAtIsNotCalledWell() {
        NodeSample sample = PageNodes.node(PageNodes.gpu(0));

        String html = html(
                PageNodes.report(sample, new CheckResult("ecc", Status.SKIPPED, "needs a working driver", List.of())));

        assertThat(heading(html)).isEqualTo("– SKIPPED Nothing was checked: needs a working driver");
        assertThat(html).contains("> NOT JUDGED</span>");
    }

    @Test
    void aDriverThatIsLetGoOfIsNotCalledWell() {
        DriverState released = new DriverState(
                Reading.missing(Reading.Reason.RELEASED, "gpudiag release", "released until 12:34:56 by root"),
                Nodes.driver().readings(),
                Nodes.driver().pciDevices(),
                Nodes.driver().deviceNodes());
        NodeSample sample = new NodeSample(Nodes.NOON, SampleSource.live(), released, List.of());

        String html = html(PageNodes.report(
                sample, PageNodes.result("xid", Finding.of(Status.OK, Subject.node(), "nothing in the log"))));

        assertThat(heading(html))
                .startsWith("– SKIPPED GPUs are not judged: gpudiag has let go of the driver")
                .contains("released until 12:34:56 by root");
    }

    @Test
    void aNodeWithoutGpusIsShort() {
        NodeSample sample = new NodeSample(Nodes.NOON, SampleSource.live(), Nodes.unusableDriver(), List.of());

        String html = html(PageNodes.report(
                sample, PageNodes.result("driver", Finding.of(Status.OK, Subject.node(), "no NVIDIA hardware"))));

        assertThat(heading(html)).isEqualTo("✔ OK Nothing is wrong, and there is no GPU to look at");
        assertThat(html).doesNotContain("Who holds", ">GPUs<");
    }

    @Test
    void anOldSampleIsCalledOldWhereItCannotBeMissed() {
        NodeSample sample = PageNodes.node(PageNodes.gpu(0));
        now = Nodes.NOON.plusSeconds(600);
        agent = new AgentState(
                "1.2.3", SECOND, Duration.ofSeconds(8), List.of(), Optional.of("no round has ended for 600 s"));

        String html = html(PageNodes.report(sample, PageNodes.fine(sample)));

        assertThat(html)
                .contains("<title>(old) OK gpu-node-17")
                .contains("Not current: the last sample is 10 min old. What follows is from then.")
                .contains("The agent is stuck: no round has ended for 600 s");
        assertThat(html.indexOf("Not current")).isLessThan(html.indexOf("<main>"));
    }

    @Test
    void problemsOfTheAgentItselfAreAnnouncedAboveAndToldBelow() {
        agent = new AgentState(
                "1.2.3",
                SECOND,
                Duration.ofSeconds(8),
                List.of("the new configuration is broken: line 3", "cannot write <state>"),
                Optional.empty());

        assertThat(html())
                .contains("<a href=\"#agent\">2 problems of the agent itself</a>")
                .contains("<li>the new configuration is broken: line 3</li><li>cannot write &lt;state&gt;</li>");
    }

    @Test
    void noNameFromADriverAProcessOrAPodIsMarkup() {
        String script = "<script>alert(1)</script>";
        String turned = "a\u202etxt.exe";
        GpuSample gpu =
                PageNodes.gpu(0, PageNodes.process(1, script, 1L << 30), PageNodes.process(2, turned, 2L << 30));
        NodeSample sample = PageNodes.node(
                List.of(gpu),
                PageNodes.holder(1, script, PageNodes.pod("ns/" + script + "\" onload=\"x"), "/dev/nvidia0"),
                PageNodes.holder(3, "x".repeat(10_000), PageNodes.pod("y".repeat(10_000)), "/dev/nvidia0"));
        Finding finding = Finding.builder(Status.CRITICAL, Subject.gpu(gpu.identity()), script + turned)
                .why("</dd></dl><img src=x onerror=alert(1)>")
                .action("x".repeat(10_000))
                .proof("</style><style>*{display:none}</style>", "&lt;")
                .build();

        String html = html(PageNodes.report(sample, PageNodes.result("ecc", finding)));
        String body = html.substring(html.indexOf("<body>"), html.lastIndexOf("<script>"));

        assertThat(body)
                .doesNotContain("<script", "<img", "<style", "\u202e", "\" onload")
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;", "a\\u202etxt.exe", "&amp;lt;");
        assertThat(count(html, "<script>")).isEqualTo(1);
        assertThat(html.length()).isLessThan(30_000);
    }

    @Test
    void eightGpusWith64MigDevicesAnd300ProcessesAreAPageOf200KilobytesAtMost() {
        List<GpuSample> gpus = new ArrayList<>();
        List<GpuHolder> holders = new ArrayList<>();
        for (int index = 0; index < 8; index++) {
            int first = index * 38;
            gpus.add(PageNodes.withMig(
                    PageNodes.gpu(
                            index,
                            IntStream.range(first, first + 38)
                                    .mapToObj(pid -> PageNodes.process(1000 + pid, "python3", (long) (pid + 1) << 24))
                                    .toArray(ComputeProcess[]::new)),
                    8,
                    "1g.10gb"));
            for (int pid = first; pid < first + 38; pid++) {
                holders.add(PageNodes.holder(
                        1000 + pid, "python3", PageNodes.pod("team-" + pid % 90 + "/job"), "/dev/nvidia" + index));
            }
        }
        NodeSample sample = PageNodes.node(gpus, holders.toArray(GpuHolder[]::new));
        for (int second = 3600; second >= 0; second -= 10) {
            history.add(at(sample, Nodes.NOON.minusSeconds(second)));
        }

        String html = html(PageNodes.report(sample, PageNodes.fine(sample)));

        assertThat(count(html, "<svg")).isEqualTo(24);
        assertThat(count(html, "<summary>8 MIG devices, fullest: 7 (1g.10gb) at 80 %</summary>"))
                .isEqualTo(8);
        assertThat(html)
                .contains(
                        "<summary>304 processes</summary>",
                        "and 4 more with less memory",
                        "and 50 more with less memory")
                .doesNotContain("<details id=\"processes\" open");
        assertThat(html.getBytes(UTF_8).length).isLessThan(200_000);
    }

    private static NodeSample at(NodeSample sample, Instant time) {
        List<GpuSample> gpus = sample.gpus().stream()
                .map(gpu -> new GpuSample(
                        gpu.identity(),
                        time,
                        gpu.condition(),
                        gpu.readings(),
                        gpu.nvlinks(),
                        gpu.processes(),
                        gpu.migDevices()))
                .toList();
        return new NodeSample(time, sample.source(), sample.driver(), gpus, sample.host());
    }

    @Test
    void thePageIsWrittenOnceASecondHoweverManyAsk() {
        NodeSample sample = PageNodes.node(PageNodes.gpu(0));
        page.see(PageNodes.report(sample, PageNodes.fine(sample)));

        byte[] first = page.html();
        nanos += SECOND.toNanos() - 1;
        assertThat(page.html()).isSameAs(first);
        nanos += 1;
        assertThat(page.html()).isNotSameAs(first);
    }

    @Test
    void theHourIsTakenOverEveryHalfMinuteAndOfTheGpusThatAreThere() {
        NodeSample sample = PageNodes.node(PageNodes.gpu(0));
        history.add(sample);
        assertThat(html(PageNodes.report(sample, PageNodes.fine(sample)))).contains("highest 39.8 GiB");

        NodeSample fuller = at(
                PageNodes.node(List.of(PageNodes.gpu(0)
                        .withReadings(Readings.builder()
                                .put(GpuQuantities.MEMORY_USED, 60L << 30, "nvml")
                                .build()))),
                Nodes.NOON.plusSeconds(20));
        history.add(fuller);
        assertThat(html(PageNodes.report(fuller, PageNodes.fine(fuller)))).contains("highest 39.8 GiB");
        NodeSample later = at(fuller, Nodes.NOON.plusSeconds(40));
        history.add(later);
        assertThat(html(PageNodes.report(later, PageNodes.fine(later)))).contains("highest 60.0 GiB");
    }

    @Test
    void aClockThatIsSetBackBeginsTheHourAnew() {
        NodeSample sample = PageNodes.node(PageNodes.gpu(0));
        history.add(sample);
        html(PageNodes.report(sample, PageNodes.fine(sample)));

        NodeSample earlier = at(sample, Nodes.NOON.minus(Duration.ofDays(1)));
        now = earlier.takenAt();
        history.add(earlier);
        assertThat(html(PageNodes.report(earlier, PageNodes.fine(earlier))))
                .contains("30 s of it are known so far")
                .contains("read 0 s ago");
    }

    @Test
    void theHeadersLetNothingElseIn() {
        assertThat(StatusPage.headers())
                .containsEntry("X-Content-Type-Options", "nosniff")
                .containsEntry("Referrer-Policy", "no-referrer")
                .containsEntry("Cache-Control", "no-store")
                .hasEntrySatisfying(
                        "Content-Security-Policy",
                        policy -> assertThat(policy)
                                .contains(
                                        "default-src 'none'",
                                        "frame-ancestors 'none'",
                                        "base-uri 'none'",
                                        "form-action 'none'")
                                .doesNotContain("unsafe", "http", "*"));
    }
}
