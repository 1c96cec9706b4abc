package dev.gpudiag.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoardIdentityTest {

    private static GpuSample board(int index) {
        return Nodes.answering(index)
                .withReadings(Readings.builder()
                        .put(GpuQuantities.SERIAL, "165442300150" + index, "nvml")
                        .put(GpuQuantities.BOARD_PART_NUMBER, "692-2G520-0200-000", "nvml")
                        .put(GpuQuantities.VBIOS_VERSION, "96.00.74.00.01", "nvml")
                        .put(GpuQuantities.PHYSICAL_SLOT, "\u001b[2J" + index, "sysfs")
                        .build());
    }

    private static Report report(String check, Status status, int faulty) {
        Finding[] findings = IntStream.range(0, faulty)
                .mapToObj(index -> Finding.of(status, Subject.gpu(Nodes.gpu(index)), "broken"))
                .toArray(Finding[]::new);
        GpuSample[] gpus =
                IntStream.range(0, 4).mapToObj(BoardIdentityTest::board).toArray(GpuSample[]::new);
        return new Report(Nodes.node(SampleSource.live(), gpus), List.of(Reports.result(check, findings)));
    }

    private static String text(Report report) {
        return TextReport.render(report, Reports.context(report), Palette.PLAIN);
    }

    @Test
    void aFaultOfHardwareNamesItsBoard() {
        assertThat(text(report("ecc", Status.CRITICAL, 1)))
                .contains("board   serial 1654423001500, part 692-2G520-0200-000, VBIOS 96.00.74.00.01, slot")
                .doesNotContain("\u001b");
    }

    @Test
    void ofTwoBoardsEachIsNamedAndOfManyNone() {
        assertThat(text(report("pcie", Status.WARNING, 2)))
                .contains("board   gpu 0: serial 1654423001500")
                .contains("gpu 1: serial 1654423001501");
        assertThat(text(report("pcie", Status.WARNING, 3))).doesNotContain("serial");
    }

    @Test
    void whatIsNoFaultOfHardwareNamesNoBoard() {
        assertThat(text(report("memory", Status.WARNING, 1))).doesNotContain("serial");
        assertThat(text(report("ecc", Status.INFO, 1))).doesNotContain("serial");
    }

    @Test
    void theDocumentHoldsTheBoardOfEachFault() {
        Report report = report("nvlink", Status.CRITICAL, 3);

        JsonNode findings = JsonReport.of(report, Reports.context(report)).at("/checks/0/findings");

        assertThat(findings).hasSize(3);
        assertThat(findings.get(2).at("/board/serial").asText()).isEqualTo("1654423001502");
        assertThat(findings.get(2).at("/board/chassis_serial").isNull()).isTrue();
        assertThat(findings.get(2).at("/board/chassis_serial_reason").asText()).isEqualTo("not read");
    }

    private static Report lost(GpuIdentity identity, Baseline baseline) {
        GpuSample gpu = GpuSample.withoutReadings(
                        identity, Instant.EPOCH, new GpuCondition(GpuCondition.State.LOST, "GPU is lost (15)"))
                .withReadings(Readings.builder()
                        .put(GpuQuantities.PHYSICAL_SLOT, "4", "sysfs")
                        .build());
        Finding finding = Finding.of(Status.CRITICAL, Subject.gpu(identity), "lost");
        return new Report(
                Nodes.node(SampleSource.live(), gpu),
                List.of(Reports.result("devices", finding)),
                Optional.of(baseline));
    }

    private static GpuIdentity identity(Optional<String> uuid, String address) {
        return new GpuIdentity(0, uuid, Optional.of(address), Optional.empty());
    }

    private static Baseline baseline() {
        return new Baseline(
                Instant.parse("2026-11-20T23:30:00Z"),
                Map.of(),
                List.of(new Baseline.Gpu(
                        identity(Optional.of("GPU-1"), "0000:5d:00.0"),
                        Map.of("serial", "1654423001503", "vbios_version", "96.00.74.00.01"))));
    }

    @Test
    void aGpuThatIsLostIsNamedFromTheBaselineWhichIsSaid() {
        Report report = lost(identity(Optional.empty(), "0000:5d:00.0"), baseline());

        assertThat(text(report))
                .contains("board   slot 4; from the baseline of 2026-11-20: serial 1654423001503, VBIOS");
        JsonNode board = JsonReport.of(report, Reports.context(report)).at("/checks/0/findings/0/board");
        assertThat(board.get("serial").asText()).isEqualTo("1654423001503");
        assertThat(board.get("from").asText()).isEqualTo("baseline of 2026-11-20");
        assertThat(board.get("board_part_number").isNull()).isTrue();
    }

    @Test
    void anotherGpuInItsPlaceIsNotNamedFromTheBaseline() {
        assertThat(text(lost(identity(Optional.of("GPU-2"), "0000:5d:00.0"), baseline())))
                .contains("board   slot 4")
                .doesNotContain("1654423001503");
        assertThat(text(lost(identity(Optional.empty(), "0000:9a:00.0"), baseline())))
                .doesNotContain("1654423001503");
    }

    @Test
    void aGpuThatAnswersTellsItsOwn() {
        Finding finding = Finding.of(Status.CRITICAL, Subject.gpu(Nodes.gpu(0)), "broken");
        Baseline old = new Baseline(
                Instant.EPOCH, Map.of(), List.of(new Baseline.Gpu(Nodes.gpu(0), Map.of("serial", "0000000000000"))));
        Report report = new Report(
                Nodes.node(SampleSource.live(), Nodes.answering(0)),
                List.of(Reports.result("ecc", finding)),
                Optional.of(old));

        assertThat(text(report)).doesNotContain("0000000000000");
    }
}
