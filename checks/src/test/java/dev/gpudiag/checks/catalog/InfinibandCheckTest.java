package dev.gpudiag.checks.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Evidences;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.InfinibandPort;
import dev.gpudiag.telemetry.NodeSamples;
import dev.gpudiag.telemetry.RdmaState;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InfinibandCheckTest {

    private static final String EXPECT_PORTS = "infiniband.expect-ports";
    private static final String EXPECT_RATE = "infiniband.expect-rate";
    private static final int DAY = 86_400;

    private static InfinibandPort port(String device, String layer, String state, String physical, double rate) {
        return new InfinibandPort(
                device,
                1,
                Reading.of(state, "state"),
                Reading.of(physical, "phys_state"),
                Reading.of(rate, "rate"),
                Reading.of(layer, "link_layer"),
                Reading.of(0L, "link_downed"));
    }

    private static InfinibandPort up(int index) {
        return port("mlx5_" + index, "InfiniBand", "ACTIVE", "LinkUp", 400);
    }

    private static InfinibandPort down(int index) {
        return port("mlx5_" + index, "InfiniBand", "DOWN", "Polling", 10);
    }

    private static InfinibandPort ethernet(String state) {
        return port("mlx5_bond_0", "Ethernet", state, state.equals("ACTIVE") ? "LinkUp" : "Disabled", 100);
    }

    private static List<InfinibandPort> eight(InfinibandPort... others) {
        List<InfinibandPort> ports = new ArrayList<>(
                IntStream.range(0, 8).mapToObj(InfinibandCheckTest::up).toList());
        ports.addAll(List.of(others));
        return ports;
    }

    private static RdmaState state(List<InfinibandPort> ports) {
        return new RdmaState(
                Reading.of(ports, "/sys/class/infiniband"),
                Reading.of(false, "/proc/modules"),
                Reading.of(false, "/proc/modules"));
    }

    private static Evidences node(List<InfinibandPort> ports) {
        return Evidences.of(NodeSamples.working().rdma(state(ports)).build());
    }

    private static Optional<String> rule(CheckResult result) {
        return result.findings().stream()
                .map(Finding::rule)
                .flatMap(Optional::stream)
                .findFirst();
    }

    @Test
    void nothingIsHeldAgainstANodeOfWhichNothingIsExpected() {
        CheckResult result = node(List.of(down(0))).result("infiniband");

        assertThat(result.status()).isEqualTo(Status.SKIPPED);
        assertThat(result.summary()).contains("nothing is expected");
    }

    @Test
    void aPortThatIsNotUpIsNamedWithItsStates() {
        List<InfinibandPort> ports = new ArrayList<>(eight());
        ports.set(3, down(3));

        CheckResult result = node(ports).set(EXPECT_PORTS, "8").result("infiniband");

        assertThat(result.status()).isEqualTo(Status.CRITICAL);
        assertThat(result.summary()).contains("7 of 8 expected ports up; not up: mlx5_3 port 1 DOWN/Polling");
        assertThat(rule(result)).contains("ib.ports");
    }

    @Test
    void aPortThatOnlyTheSubnetManagerHasNotSeenIsNotUp() {
        List<InfinibandPort> ports = new ArrayList<>(eight());
        ports.set(0, port("mlx5_0", "InfiniBand", "INIT", "LinkUp", 400));

        assertThat(node(ports).set(EXPECT_PORTS, "8").said("infiniband"))
                .containsExactly("CRITICAL node: 7 of 8 expected ports up; not up: mlx5_0 port 1 INIT/LinkUp");
    }

    @Test
    void portsBesideTheExpectedOnesMayBeDownSlowOrOfEthernet() {
        List<InfinibandPort> ports = eight(
                down(8), ethernet("DOWN"), port("mlx5_9", "InfiniBand", "ACTIVE", "LinkUp", 200)); // spare, storage

        CheckResult result =
                node(ports).set(EXPECT_PORTS, "8").set(EXPECT_RATE, "400").result("infiniband");

        assertThat(result.status()).isEqualTo(Status.OK);
        assertThat(result.summary()).contains("9 ports up, 8 or more at 400 Gb/s or more; flaps need history");
    }

    @Test
    void anEthernetPortDoesNotStandForAnInfinibandOneThatIsDown() {
        List<InfinibandPort> ports = new ArrayList<>(eight(ethernet("ACTIVE")));
        ports.set(7, down(7));

        assertThat(node(ports).set(EXPECT_PORTS, "8").result("infiniband").status())
                .isEqualTo(Status.CRITICAL);
    }

    @Test
    void onANodeWithoutInfinibandEthernetPortsAreTheFabric() {
        assertThat(node(List.of(ethernet("ACTIVE")))
                        .set(EXPECT_PORTS, "1")
                        .result("infiniband")
                        .status())
                .isEqualTo(Status.OK);
        assertThat(node(List.of()).set(EXPECT_PORTS, "1").said("infiniband"))
                .containsExactly("CRITICAL node: 0 of 1 expected port up");
    }

    @ParameterizedTest
    @CsvSource({
        // rate of one port, expected, ports, status
        "200, 400, 8, CRITICAL",
        "400, 400, 8, OK",
        "800, 400, 8, OK",
        "200, 400, 7, OK",
        "200, 400, '', CRITICAL", // no number: all that are up
        "200, 200, '', OK",
        "399.9, 400, 8, CRITICAL"
    })
    void portsAreHeldAgainstTheExpectedRate(double one, String expected, String count, Status status) {
        List<InfinibandPort> ports = new ArrayList<>(eight());
        ports.set(2, port("mlx5_2", "InfiniBand", "ACTIVE", "LinkUp", one));

        CheckResult result =
                node(ports).set(EXPECT_PORTS, count).set(EXPECT_RATE, expected).result("infiniband");

        assertThat(result.status()).isEqualTo(status);
        if (status == Status.CRITICAL) {
            assertThat(rule(result)).contains("ib.rate");
            assertThat(result.summary())
                    .contains("7 of 8 expected ports at 400 Gb/s or more; slower: mlx5_2 port 1 at ");
        }
    }

    @Test
    void aPortThatCannotBeReadIsNotKnownUnlessTheOthersAreEnough() {
        InfinibandPort silent = new InfinibandPort(
                "mlx5_7",
                1,
                Reading.missing(Reason.NO_PERMISSION, "state", "no permission"),
                Reading.missing(Reason.NO_PERMISSION, "phys_state", "no permission"),
                Reading.missing(Reason.FAILED, "rate", "not understood"),
                Reading.missing(Reason.FAILED, "link_layer", "not understood"),
                Reading.missing(Reason.FAILED, "link_downed", "not understood"));
        List<InfinibandPort> ports = new ArrayList<>(eight());
        ports.set(7, silent);

        assertThat(node(ports).set(EXPECT_PORTS, "8").said("infiniband"))
                .containsExactly("UNKNOWN node: 7 of 8 expected ports up; cannot be read: mlx5_7 port 1");
        assertThat(node(ports).set(EXPECT_PORTS, "7").result("infiniband").status())
                .isEqualTo(Status.OK);
        assertThat(node(ports).set(EXPECT_PORTS, "9").result("infiniband").status())
                .isEqualTo(Status.CRITICAL);
    }

    @Test
    void aRateThatCannotBeReadIsNotKnown() {
        InfinibandPort silent = new InfinibandPort(
                "mlx5_0",
                1,
                Reading.of("ACTIVE", "state"),
                Reading.of("LinkUp", "phys_state"),
                Reading.missing(Reason.FAILED, "rate", "not understood"),
                Reading.of("InfiniBand", "link_layer"),
                Reading.of(0L, "link_downed"));

        assertThat(node(List.of(silent)).set(EXPECT_RATE, "400").said("infiniband"))
                .containsExactly(
                        "UNKNOWN node: 0 of 1 expected port at 400 Gb/s or more; rate cannot be read: mlx5_0 port 1");
    }

    @Test
    void portsThatCannotBeListedAreNotKnownAndThoseNobodyReadAreSkipped() {
        assertThat(Evidences.of(NodeSamples.working()
                                .rdma(RdmaState.missing(Reason.TIMED_OUT, "no answer"))
                                .build())
                        .set(EXPECT_PORTS, "8")
                        .result("infiniband")
                        .status())
                .isEqualTo(Status.UNKNOWN);
        assertThat(Evidences.of(NodeSamples.working().build())
                        .set(EXPECT_PORTS, "8")
                        .set("infiniband.expect-peermem", "true")
                        .result("infiniband")
                        .status())
                .isEqualTo(Status.SKIPPED);
    }

    /** A port whose link_downed is a function of the second, watched for {@code seconds}. */
    private static Evidences watched(int seconds, IntToLongFunction downs) {
        return Evidences.series(seconds, 600, second -> GpuSamples.h100(0), second -> {
                    InfinibandPort up = up(0);
                    return NodeSamples.working()
                            .rdma(state(List.of(new InfinibandPort(
                                    up.device(),
                                    1,
                                    up.state(),
                                    up.physicalState(),
                                    up.rateGigabits(),
                                    up.linkLayer(),
                                    Reading.of(downs.applyAsLong(second), "link_downed")))));
                })
                .set(EXPECT_PORTS, "1");
    }

    @Test
    void aLinkThatWentDownSixTimesInADayFlaps() {
        CheckResult result =
                watched(2 * DAY, second -> second < DAY + 7200 ? 3 : 9).result("infiniband");

        assertThat(result.status()).isEqualTo(Status.CRITICAL);
        assertThat(result.summary()).contains("mlx5_0 port 1 went down 6 times in the last 24 h");
        assertThat(rule(result)).contains("ib.flaps");
    }

    @Test
    void fiveTimesInADayOrMoreTimesLongerAgoAreNoFlapping() {
        assertThat(watched(2 * DAY, second -> second < DAY + 7200 ? 3 : 8).said("infiniband"))
                .containsExactly("OK node: 1 port up; flaps watched for 24 h");
        assertThat(watched(2 * DAY, second -> second < 7200 ? 3 : 30)
                        .result("infiniband")
                        .status())
                .isEqualTo(Status.OK);
    }

    @Test
    void whatTheCounterHeldBeforeItWasWatchedAndACounterThatBeginsAnewAreNoFlaps() {
        assertThat(watched(7200, second -> 200).said("infiniband"))
                .containsExactly("OK node: 1 port up; flaps watched for 2 h");
        assertThat(watched(DAY, second -> second < 7200 ? 200 : 4)
                        .result("infiniband")
                        .status())
                .isEqualTo(Status.OK);
    }

    @Test
    void aCounterThatIsFullSaysSo() {
        assertThat(watched(7200, second -> 255).said("infiniband"))
                .containsExactly(
                        "INFO node: the counter link_downed of mlx5_0 port 1 is full: more flaps would not be seen");
    }

    @ParameterizedTest
    @CsvSource({
        // loaded, registered, flavour, kernel, status
        "true, true, proprietary, 5.4.0-150-generic, OK",
        "true, false, open, 6.8.0-45-generic, WARNING",
        "false, false, proprietary, 6.8.0-45-generic, WARNING",
        "false, false, open, 5.4.0-150-generic, WARNING",
        "false, false, open, 5.12.0, INFO",
        "false, false, open, 6.8.0-45-generic, INFO",
        "false, false, open, odd, WARNING"
    })
    void peermemIsMissedWhereNothingReplacesIt(
            boolean loaded, boolean registered, String flavour, String kernel, Status status) {
        CheckResult result = Evidences.of(NodeSamples.working()
                        .with(HostQuantities.MODULE_FLAVOUR, flavour)
                        .with(HostQuantities.KERNEL_RELEASE, kernel)
                        .rdma(new RdmaState(
                                Reading.of(List.of(), "/sys/class/infiniband"),
                                Reading.of(loaded, "/proc/modules"),
                                Reading.of(registered, "/proc/modules")))
                        .build())
                .set("infiniband.expect-peermem", "true")
                .result("infiniband");

        assertThat(result.findings())
                .singleElement()
                .extracting(Finding::status)
                .isEqualTo(status);
    }

    @Test
    void whetherIbCoreUsesPeermemMayBeUnknown() {
        assertThat(Evidences.of(NodeSamples.working()
                                .rdma(new RdmaState(
                                        Reading.of(List.of(), "/sys/class/infiniband"),
                                        Reading.of(true, "/proc/modules"),
                                        Reading.missing(
                                                Reason.NOT_SUPPORTED, "/proc/modules", "ib_core is not loaded")))
                                .build())
                        .set("infiniband.expect-peermem", "true")
                        .said("infiniband"))
                .containsExactly("UNKNOWN node: ib_core is not loaded");
    }
}
