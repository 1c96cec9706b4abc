package dev.gpudiag.agent.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.report.FindingGroup;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.NodeSample;
import java.util.List;
import org.junit.jupiter.api.Test;

class HoldersTest {

    private static final long GIBIBYTE = 1L << 30;

    private static FindingGroup problem(Status status, Subject subject) {
        return new FindingGroup("devices", List.of(Finding.of(status, subject, "bad")));
    }

    @Test
    void aProcessOnTwoGpusIsOneWithTheMemoryOfBoth() {
        Holders holders = Holders.of(PageNodes.node(
                PageNodes.gpu(0, PageNodes.process(7, "python3", GIBIBYTE)),
                PageNodes.gpu(1, PageNodes.process(7, "python3", 2 * GIBIBYTE))));

        assertThat(holders.processes()).singleElement().satisfies(holder -> {
            assertThat(holder.gpus()).containsExactly(0, 1);
            assertThat(holder.bytes()).hasValue(3 * GIBIBYTE);
        });
    }

    @Test
    void aProcessInTheComputeAndTheGraphicsListOfOneGpuHoldsItsMemoryOnce() {
        Holders holders = Holders.of(PageNodes.node(PageNodes.gpu(
                0, PageNodes.process(7, "python3", GIBIBYTE), PageNodes.process(7, "python3", GIBIBYTE))));

        assertThat(holders.processes())
                .singleElement()
                .satisfies(holder -> assertThat(holder.bytes()).hasValue(GIBIBYTE));
    }

    @Test
    void whoHasOnlyTheDeviceNodeOpenIsThereWithoutMemory() {
        NodeSample sample = PageNodes.node(
                List.of(PageNodes.gpu(0)),
                PageNodes.holder(
                        9, "dcgm", PageNodes.pod("gpu/dcgm"), "/dev/nvidiactl", "/dev/nvidia0", "/dev/nvidia5"));

        assertThat(Holders.of(sample).processes()).singleElement().satisfies(holder -> {
            assertThat(holder.gpus()).containsExactly(0);
            assertThat(holder.devices()).containsExactly("/dev/nvidia5");
            assertThat(holder.bytes()).isEmpty();
        });
    }

    @Test
    void aProblemNamesWhoWorksOnItsGpusMostMemoryFirst() {
        NodeSample sample = PageNodes.node(
                List.of(
                        PageNodes.gpu(0, PageNodes.process(1, "python3", GIBIBYTE)),
                        PageNodes.gpu(
                                1,
                                PageNodes.process(2, "python3", GIBIBYTE),
                                PageNodes.process(3, "triton", 4 * GIBIBYTE))),
                PageNodes.holder(1, "python3", PageNodes.pod("ml/a (main)"), "/dev/nvidia0"),
                PageNodes.holder(2, "python3", PageNodes.pod("ml/b (main)"), "/dev/nvidia1"),
                PageNodes.holder(3, "triton", PageNodes.pod("ml/c (main)"), "/dev/nvidia1"));
        Holders holders = Holders.of(sample);

        assertThat(holders.hitBy(problem(Status.WARNING, Subject.gpu(Nodes.gpu(1)))))
                .containsExactly(
                        "pod ml/c (main): triton (pid 3), 4.0 GiB", "pod ml/b (main): python3 (pid 2), 1.0 GiB");
        assertThat(holders.hitBy(problem(Status.CRITICAL, Subject.node()))).hasSize(3);
        assertThat(holders.hitBy(problem(Status.WARNING, Subject.node()))).isEmpty();
        assertThat(holders.hitBy(problem(Status.UNKNOWN, Subject.gpu(Nodes.gpu(1)))))
                .isEmpty();
    }

    @Test
    void whoIsHitIsFiveLinesAndACount() {
        NodeSample sample = PageNodes.node(
                List.of(PageNodes.gpu(0)),
                PageNodes.holder(1, "a", PageNodes.pod("p/1"), "/dev/nvidia0"),
                PageNodes.holder(2, "a", PageNodes.pod("p/2"), "/dev/nvidia0"),
                PageNodes.holder(3, "a", PageNodes.pod("p/3"), "/dev/nvidia0"),
                PageNodes.holder(4, "a", PageNodes.pod("p/4"), "/dev/nvidia0"),
                PageNodes.holder(5, "a", PageNodes.pod("p/5"), "/dev/nvidia0"),
                PageNodes.holder(6, "a", PageNodes.pod("p/5"), "/dev/nvidia0"),
                PageNodes.holder(7, "a", PageNodes.pod("p/7"), "/dev/nvidia0"),
                PageNodes.holder(8, "a", PageNodes.pod("p/8"), "/dev/nvidia0"));

        assertThat(Holders.of(sample).hitBy(problem(Status.CRITICAL, Subject.gpu(Nodes.gpu(0)))))
                .hasSize(6)
                .contains("pod p/5: 2 processes")
                .endsWith("and 2 more");
    }
}
