package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.InfinibandPort;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.SampleHistory.Increase;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The ports of the fabric against what is expected of them.
 *
 * <p>A node has more ports than those for GPUs: Ethernet for management beside InfiniBand, slower ones for storage, spare
 * ones. So what counts is how many are good enough, and not whether each is.
 */
final class InfinibandPorts {

    private static final String DIRECTORY = "/sys/class/infiniband";
    private static final int MOST_NAMED = 8;

    private final Evidence evidence;
    private final Optional<Integer> expected;
    private final Optional<Integer> rate;

    InfinibandPorts(Evidence evidence) {
        this.evidence = evidence;
        expected = evidence.setting(InfinibandCheck.EXPECT_PORTS);
        rate = evidence.setting(InfinibandCheck.EXPECT_RATE);
    }

    List<Finding> findings() {
        Reading<List<InfinibandPort>> reading = evidence.sample().rdma().ports();
        if (!reading.isPresent()) {
            boolean asked = !reading.reason().equals(Optional.of(Reading.Reason.NOT_READ));
            return List.of(Finding.builder(asked ? Status.UNKNOWN : Status.SKIPPED, Subject.node(), reading.describe())
                    .proof(DIRECTORY, reading.describe())
                    .build());
        }
        List<InfinibandPort> ports = ofFabric(reading.value().orElseThrow());
        List<Finding> findings = new ArrayList<>();
        up(ports).or(() -> fast(ports)).ifPresent(findings::add);
        ports.forEach(port -> flaps(port).ifPresent(findings::add));
        return findings.isEmpty() ? List.of(good(ports)) : findings;
    }

    /** InfiniBand, or Ethernet on a node that has nothing else (RoCE); a port that does not tell may be either. */
    private static List<InfinibandPort> ofFabric(List<InfinibandPort> ports) {
        boolean infiniband = ports.stream().anyMatch(port -> is(port.linkLayer(), "InfiniBand"));
        return ports.stream()
                .filter(port -> !infiniband || !is(port.linkLayer(), "Ethernet"))
                .toList();
    }

    private static boolean is(Reading<String> reading, String wanted) {
        return reading.value().filter(wanted::equals).isPresent();
    }

    private static boolean isUp(InfinibandPort port) {
        return is(port.state(), "ACTIVE") && is(port.physicalState(), "LinkUp");
    }

    /** One of the two that says down is enough. */
    private static boolean isDown(InfinibandPort port) {
        return port.state().value().filter(state -> !state.equals("ACTIVE")).isPresent()
                || port.physicalState()
                        .value()
                        .filter(state -> !state.equals("LinkUp"))
                        .isPresent();
    }

    private Optional<Finding> up(List<InfinibandPort> ports) {
        long up = ports.stream().filter(InfinibandPorts::isUp).count();
        int needed = expected.orElse(1);
        if (up >= needed) {
            return Optional.empty();
        }
        List<InfinibandPort> down =
                ports.stream().filter(InfinibandPorts::isDown).toList();
        long unknown = ports.size() - up - down.size();
        String seen = up + " of " + Amounts.plural(needed, "expected port") + " up";
        if (up + unknown >= needed) {
            List<InfinibandPort> silent =
                    ports.stream().filter(port -> !isUp(port) && !isDown(port)).toList();
            return Optional.of(Finding.builder(
                            Status.UNKNOWN, Subject.node(), seen + "; cannot be read: " + names(silent, port -> ""))
                    .limit(needed + " up")
                    .proof(DIRECTORY, states(silent.getFirst()))
                    .build());
        }
        Finding.Builder finding = Finding.builder(
                        Status.CRITICAL,
                        Subject.node(),
                        seen + (down.isEmpty() ? "" : "; not up: " + names(down, port -> " " + states(port))))
                .limit(needed + " up")
                .why("A job over several nodes waits for its slowest link, or does not start without this one.")
                .action("see what the adapter says: ibstat; dmesg -T | grep -E 'mlx5|infiniband'")
                .action("look at cable, transceiver and switch port; is the subnet manager up where state is INIT?")
                .rule("ib.ports")
                .measured("ports_up", up, "count");
        down.stream().limit(MOST_NAMED).forEach(port -> finding.proof(source(port), states(port)));
        return Optional.of(
                down.isEmpty()
                        ? finding.proof(DIRECTORY, Amounts.plural(ports.size(), "port"))
                                .build()
                        : finding.build());
    }

    private Optional<Finding> fast(List<InfinibandPort> ports) {
        if (rate.isEmpty()) {
            return Optional.empty();
        }
        List<InfinibandPort> up = ports.stream().filter(InfinibandPorts::isUp).toList();
        List<InfinibandPort> slow = up.stream()
                .filter(port -> port.rateGigabits()
                        .value()
                        .filter(value -> value < rate.get())
                        .isPresent())
                .toList();
        List<InfinibandPort> silent =
                up.stream().filter(port -> !port.rateGigabits().isPresent()).toList();
        int needed = expected.orElse(up.size());
        int fast = up.size() - slow.size() - silent.size();
        if (fast >= needed) {
            return Optional.empty();
        }
        String seen = fast + " of " + Amounts.plural(needed, "expected port") + " at " + rate.get() + " Gb/s or more";
        if (fast + silent.size() >= needed) {
            return Optional.of(Finding.builder(
                            Status.UNKNOWN,
                            Subject.node(),
                            seen + "; rate cannot be read: " + names(silent, port -> ""))
                    .limit(rate.get() + " Gb/s")
                    .proof(
                            source(silent.getFirst()),
                            silent.getFirst().rateGigabits().describe())
                    .build());
        }
        Finding.Builder finding = Finding.builder(
                        Status.CRITICAL,
                        Subject.node(),
                        seen + "; slower: " + names(slow, port -> " at " + gigabits(port)))
                .limit(rate.get() + " Gb/s")
                .why(
                        "The link was trained with less speed or fewer lanes: every collective over it is that much slower.")
                .action("see what the adapter says: ibstat; mlxlink -d DEVICE")
                .action("reseat or replace cable and transceiver; look at the switch port's speed")
                .rule("ib.rate")
                .measured("ports_fast", fast, "count");
        slow.stream().limit(MOST_NAMED).forEach(port -> finding.proof(source(port), gigabits(port)));
        return Optional.of(finding.build());
    }

    private Optional<Finding> flaps(InfinibandPort port) {
        double limit = evidence.setting(InfinibandCheck.MOST_FLAPS);
        Optional<Increase> downs = downs(port);
        if (downs.filter(grown -> grown.amount() > limit).isPresent()) {
            long times = Math.round(downs.get().amount());
            return Optional.of(Finding.builder(
                            Status.CRITICAL,
                            Subject.node(),
                            port.name() + " went down " + Amounts.plural(times, "time") + " in the last "
                                    + Amounts.duration(downs.get().over()))
                    .limit(Math.round(limit) + " in 24 h")
                    .why("A link that comes and goes breaks jobs, and is about to stay away.")
                    .action("drain the node; replace cable or transceiver, then look at the switch port")
                    .rule("ib.flaps")
                    .measured("link_downs", times, "count")
                    .proof(
                            source(port) + "/counters/link_downed",
                            port.linkDowned().describe())
                    .build());
        }
        return port.linkDowned()
                .value()
                .filter(count -> count >= InfinibandPort.FULL)
                .map(count -> Finding.builder(
                                Status.INFO,
                                Subject.node(),
                                "the counter link_downed of " + port.name() + " is full: more flaps would not be seen")
                        .action("set it back: perfquery -R, for this port")
                        .proof(source(port) + "/counters/link_downed", String.valueOf(count))
                        .build());
    }

    private Optional<Increase> downs(InfinibandPort port) {
        return evidence.history().linkDowns(port, evidence.sample().takenAt());
    }

    private Finding good(List<InfinibandPort> ports) {
        List<InfinibandPort> up = ports.stream().filter(InfinibandPorts::isUp).toList();
        Duration watched = up.stream()
                .map(port -> downs(port).map(Increase::over).orElse(Duration.ZERO))
                .min(Duration::compareTo)
                .orElse(Duration.ZERO);
        String flaps = watched.isZero() ? "; flaps need history" : "; flaps watched for " + Amounts.duration(watched);
        Finding.Builder finding = Finding.builder(
                        Status.OK,
                        Subject.node(),
                        Amounts.plural(up.size(), "port") + " up"
                                + rate.map(value -> ", "
                                                + expected.map(count -> count + " or more")
                                                        .orElse("all") + " at " + value + " Gb/s or more")
                                        .orElse("")
                                + flaps)
                .measured("ports_up", up.size(), "count");
        up.stream().limit(MOST_NAMED).forEach(port -> finding.proof(source(port), states(port) + " " + gigabits(port)));
        return finding.build();
    }

    private static String names(List<InfinibandPort> ports, Function<InfinibandPort, String> said) {
        String named = ports.stream()
                .limit(MOST_NAMED)
                .map(port -> port.name() + said.apply(port))
                .collect(Collectors.joining(", "));
        return ports.size() > MOST_NAMED ? named + " and " + (ports.size() - MOST_NAMED) + " more" : named;
    }

    private static String source(InfinibandPort port) {
        return DIRECTORY + "/" + port.device() + "/ports/" + port.number();
    }

    private static String states(InfinibandPort port) {
        return port.state().describe() + "/" + port.physicalState().describe();
    }

    private static String gigabits(InfinibandPort port) {
        return port.rateGigabits()
                .value()
                .map(value -> BigDecimal.valueOf(value).stripTrailingZeros().toPlainString() + " Gb/s")
                .orElseGet(() -> port.rateGigabits().describe());
    }
}
