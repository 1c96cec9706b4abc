package dev.gpudiag.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TextReportTest {

    private static final String ESCAPE = "\u001b";

    @Test
    void aHealthyNodeHasOneLineForEachCheck() throws IOException {
        Screens.assertSame("healthy.txt", render(Reports.healthy()));
    }

    @Test
    void theCauseComesFirstAndWhatItExplainsIsFolded() throws IOException {
        Screens.assertSame("gpu-lost.txt", render(Reports.lostGpu()));
    }

    @Test
    void whatSeveralGpusShowIsToldOnce() throws IOException {
        Screens.assertSame("hot-gpus.txt", render(Reports.hotGpus()));
    }

    @Test
    void aNodeWithoutDriverSaysWhatWasSkippedAndWhy() throws IOException {
        Screens.assertSame("no-driver.txt", render(Reports.withoutDriver()));
    }

    @Test
    void verboseShowsWhatIsFineToo() throws IOException {
        Report report = Reports.healthy();
        ReportContext context =
                new ReportContext("1.2.3", Duration.ofMillis(310), List.of("element <new> is not known"), 0, true);
        Screens.assertSame("verbose.txt", TextReport.render(report, context, Palette.PLAIN));
    }

    @Test
    void noLineIsWiderThanAHundredColumns() {
        for (Report report :
                List.of(Reports.healthy(), Reports.lostGpu(), Reports.hotGpus(), Reports.withoutDriver(), hostile())) {
            assertThat(render(report).lines())
                    .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(TextReport.WIDTH));
        }
    }

    @Test
    void escapeSequencesInNamesAreShownNotSent() {
        String text = render(hostile());

        assertThat(text).doesNotContain(ESCAPE).contains("\\u001b[2J").contains("\\u202e");
        assertThat(text.replace("\n", "")).matches("[\\x20-\\x7e]*");
        assertThat(text.lines().filter(line -> line.startsWith("OK: "))).isEmpty();
    }

    @Test
    void commonSignsHaveTheirAsciiForm() {
        assertThat(Printable.ascii("51 \u00b0C \u2264 83, 8\u00d7 \u2026")).isEqualTo("51 C <= 83, 8x ...");
    }

    @Test
    void aLongWordIsBrokenAndNothingIsLost() {
        assertThat(Printable.wrap("a " + "x".repeat(25), 10))
                .containsExactly("a", "x".repeat(10), "x".repeat(10), "x".repeat(5));
        assertThat(Printable.wrap("", 10)).containsExactly("");
    }

    @Test
    void theVerdictIsTheLastLine() {
        assertThat(render(Reports.lostGpu()).lines().toList().getLast())
                .isEqualTo("CRITICAL: 1 critical, 2 unknown, 1 ok - 4 of 4 checks ran (0.31 s)");
    }

    @Test
    void colourIsOnStatusWordsOnly() {
        Report report = Reports.lostGpu();
        String coloured = TextReport.render(report, Reports.context(report), Palette.ANSI);

        assertThat(coloured).contains(ESCAPE + "[1;31mCRITICAL" + ESCAPE + "[0m");
        assertThat(coloured.replaceAll(ESCAPE + "\\[[0-9;]*m", "")).isEqualTo(render(report));
    }

    @Test
    void theShortLineFitsAnyNodeCondition() {
        assertThat(TextReport.oneLine(Reports.lostGpu())).isEqualTo("CRITICAL devices: gpu 3: fallen off the bus");
        assertThat(TextReport.oneLine(Reports.healthy())).isEqualTo("INFO: 3 of 4 checks ran");
        assertThat(TextReport.oneLine(hostile())).hasSizeLessThanOrEqualTo(80).doesNotContain(ESCAPE);
    }

    private static Report hostile() {
        GpuIdentity gpu = new GpuIdentity(
                0,
                Optional.of("GPU-" + ESCAPE + "[2J"),
                Optional.of("0000:00\n:00.0"),
                Optional.of("H100" + ESCAPE + "[2J\nOK: 0 problems\u202e" + "x".repeat(500)));
        Finding finding = Finding.builder(
                        Status.CRITICAL, Subject.gpu(gpu), "name is " + ESCAPE + "]0;x\u0007\nOK: " + "y".repeat(300))
                .limit("\u009b31m")
                .why("\r\nOK: all is well")
                .action("\t" + ESCAPE)
                .proof("file\n", ESCAPE + "[1A")
                .build();
        return new Report(
                Nodes.node(
                        new SampleSource(SampleSource.Kind.REPLAYED, ESCAPE + "[2Jx.xml"),
                        Nodes.answering(gpu),
                        Nodes.answering(1)),
                List.of(Reports.result("devices", finding), Reports.skipped("ecc", "\nOK: " + ESCAPE)));
    }

    private static String render(Report report) {
        return TextReport.render(report, Reports.context(report), Palette.PLAIN);
    }
}
