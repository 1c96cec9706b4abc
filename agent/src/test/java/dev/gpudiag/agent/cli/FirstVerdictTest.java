package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FirstVerdictTest {

    private final FirstVerdict first = new FirstVerdict();

    @Test
    void aDriverThatIsStillBeingStartedIsNoVerdict() {
        assertThat(first.see(driver(Reason.PENDING)))
                .hasValueSatisfying(why -> assertThat(why).contains("the driver: ", "not back"));
        assertThat(first.isReached()).isFalse();

        assertThat(first.see(node(Nodes.answering(0)))).isEmpty();
        assertThat(first.isReached()).isTrue();
    }

    @Test
    void oneGpuThatIsStillAskedForTheFirstTimeIsWaitedFor() {
        assertThat(first.see(node(Nodes.answering(0), in(GpuCondition.State.PENDING, 1))))
                .contains("gpu 1: asked");
        assertThat(first.isReached()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = "PENDING", mode = EnumSource.Mode.EXCLUDE)
    void aGpuThatAnswersOrIsFoundNotToIsAVerdict(GpuCondition.State state) {
        assertThat(first.see(node(in(state, 0)))).isEmpty();
        assertThat(first.isReached()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = "PENDING", mode = EnumSource.Mode.EXCLUDE)
    void aDriverThatHangsFailsOrIsLetGoOfIsAVerdict(Reason reason) {
        assertThat(first.see(driver(reason))).isEmpty();
        assertThat(first.isReached()).isTrue();
    }

    @Test
    void aNodeWithoutAGpuIsAVerdict() {
        assertThat(first.see(node())).isEmpty();
    }

    @Test
    void aDriverThatIsStartedAgainLaterLeavesTheAgentReady() {
        first.see(node(Nodes.answering(0)));

        assertThat(first.see(driver(Reason.PENDING))).isEmpty();
        assertThat(first.see(node(in(GpuCondition.State.PENDING, 0)))).isEmpty();
        assertThat(first.isReached()).isTrue();
    }

    private static NodeSample node(GpuSample... gpus) {
        return Nodes.node(SampleSource.live(), gpus);
    }

    private static GpuSample in(GpuCondition.State state, int index) {
        return GpuSample.withoutReadings(Nodes.gpu(index), Nodes.NOON, new GpuCondition(state, "asked"));
    }

    private static NodeSample driver(Reason reason) {
        DriverState driver = new DriverState(
                Reading.missing(reason, "nvmlInit_v2", "not back"),
                Readings.empty(),
                Reading.of(List.of(), "/sys/bus/pci/devices"),
                Reading.of(List.of(), "/dev"));
        return new NodeSample(Nodes.NOON, SampleSource.live(), driver, List.of());
    }
}
