package dev.gpudiag.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WorkloadHistoryTest {

    private static final Instant BOOT = Instant.parse("2026-11-24T00:00:00Z");
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final Reading<List<DeviceAllocation>> NO_KUBELET = Reading.notRead("no kubelet");

    private final WorkloadHistory history = new WorkloadHistory(3, Duration.ofHours(1));

    private static NodeSample sample(Instant at, GpuHolders... holders) {
        List<GpuHolder> all = Stream.of(holders).map(GpuHolders::build).toList();
        return NodeSamples.working()
                .at(at)
                .build()
                .withHost(new HostSample(
                        Reading.of(all, "/proc"), NO_KUBELET, List.of(), Optional.of(at), Optional.of(BOOT)));
    }

    private static GpuHolders trainer(long pid, long secondsAfterBoot) {
        return GpuHolders.process(pid).startTicks(secondsAfterBoot * 100).pod("default", "trainer-" + pid, "main");
    }

    private String named(long pid, Instant at) {
        return history.process(pid, at).map(KnownProcess::describe).orElse("nobody");
    }

    @Test
    void aProcessThatHasEndedKeepsItsWorkload() {
        history.add(sample(NOON, trainer(7, 60)));
        history.add(sample(NOON.plusSeconds(30)));

        assertThat(named(7, NOON.plusSeconds(20))).isEqualTo("python3 (pid 7) of pod default/trainer-7 (main)");
        assertThat(history.process(7).orElseThrow().goneBy()).contains(NOON.plusSeconds(30));
        assertThat(history.process(7).orElseThrow().lastSeen()).isEqualTo(NOON);
    }

    @Test
    void aDyingProcessWhoseControlGroupIsGoneKeepsWhatWasReadBefore() {
        history.add(sample(NOON, trainer(7, 60)));
        Reading<Workload> lost = Reading.missing(Reading.Reason.FAILED, "/proc/7/cgroup", "no such process");
        history.add(sample(NOON.plusSeconds(30), trainer(7, 60).workload(lost).state("Z")));

        assertThat(named(7, NOON.plusSeconds(31))).isEqualTo("python3 (pid 7) of pod default/trainer-7 (main)");
    }

    @Test
    void aPidThatIsUsedAgainIsAnotherProcess() {
        history.add(sample(NOON, trainer(7, 60)));
        Instant later = NOON.plusSeconds(600);
        long start = Duration.between(BOOT, later.minusSeconds(60)).toSeconds();
        history.add(sample(later, trainer(7, start).pod("team-b", "server", "http")));

        assertThat(named(7, NOON.plusSeconds(10))).contains("trainer-7");
        assertThat(named(7, later)).contains("team-b/server");
        assertThat(history.process(7).orElseThrow().describe()).contains("team-b/server");
    }

    @Test
    void anInstantBeforeItsStartOrAfterItWasGoneIsNotItsOwn() {
        history.add(sample(NOON, trainer(7, Duration.between(BOOT, NOON).toSeconds() - 100)));
        history.add(sample(NOON.plusSeconds(30)));

        assertThat(named(7, NOON.minusSeconds(200))).isEqualTo("nobody");
        assertThat(named(7, NOON.minusSeconds(90))).contains("trainer-7");
        assertThat(named(7, NOON.plusSeconds(33))).contains("trainer-7");
        assertThat(named(7, NOON.plusSeconds(60))).isEqualTo("nobody");
    }

    @Test
    void aProcessWhoseStartIsUnknownIsTheOneThatWasThereBefore() {
        history.add(sample(NOON, trainer(7, 60)));
        history.add(sample(NOON.plusSeconds(30), trainer(7, 60).startUnknown()));

        assertThat(history.processes()).hasSize(1);
        assertThat(history.processes().getFirst().firstSeen()).isEqualTo(NOON);
    }

    @Test
    void aSampleThatRepeatsTheLastLookChangesNothing() {
        NodeSample look = sample(NOON, trainer(7, 60));
        history.add(look);
        history.add(NodeSamples.working().at(NOON.plusSeconds(10)).build().withHost(look.host()));

        assertThat(history.process(7).orElseThrow().lastSeen()).isEqualTo(NOON);
    }

    @Test
    void processesThatCouldNotBeListedAreNotGone() {
        history.add(sample(NOON, trainer(7, 60)));
        history.add(NodeSamples.working().at(NOON.plusSeconds(10)).build());

        assertThat(history.process(7).orElseThrow().goneBy()).isEmpty();
    }

    @Test
    void theOneThatEndedFirstIsForgottenFirst() {
        history.add(sample(NOON, trainer(1, 60), trainer(2, 60)));
        history.add(sample(NOON.plusSeconds(30), trainer(2, 60), trainer(3, 60)));
        history.add(sample(NOON.plusSeconds(60), trainer(2, 60), trainer(4, 60)));

        assertThat(history.processes()).extracting(KnownProcess::pid).containsExactly(2L, 3L, 4L);
    }

    @Test
    void whatEndedLongAgoIsForgotten() {
        history.add(sample(NOON, trainer(1, 60)));
        history.add(sample(NOON.plusSeconds(30)));
        history.add(sample(NOON.plusSeconds(3_700)));

        assertThat(history.processes()).isEmpty();
    }

    @Test
    void aCopyStaysAsItIs() {
        history.add(sample(NOON, trainer(1, 60)));
        WorkloadHistory copy = history.copy();
        history.add(sample(NOON.plusSeconds(30), trainer(2, 60)));

        assertThat(copy.processes()).extracting(KnownProcess::pid).containsExactly(1L);
    }
}
