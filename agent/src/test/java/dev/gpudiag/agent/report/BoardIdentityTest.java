package dev.gpudiag.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import java.util.List;
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
}
