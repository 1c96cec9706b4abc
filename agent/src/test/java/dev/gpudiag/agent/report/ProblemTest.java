package dev.gpudiag.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.SampleSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ProblemTest {

    private static Report report(CheckResult... results) {
        return new Report(Nodes.node(SampleSource.live(), Nodes.answering(0, 8)), List.of(results));
    }

    private static Finding finding(Status status, int gpu, String seen) {
        return Finding.of(status, Subject.gpu(Nodes.gpu(gpu)), seen);
    }

    private static List<String> names(Stream<FindingGroup> groups) {
        return groups.map(group -> group.check() + " " + group.subjects()).toList();
    }

    @Test
    void aCauseComesFirstWithEverythingThatItExplains() {
        List<Problem> problems = Problem.of(report(
                Reports.result("ecc", finding(Status.CRITICAL, 5, "errors")),
                Reports.result("pcie", finding(Status.UNKNOWN, 3, "not read").explainedBy("devices")),
                Reports.result("devices", finding(Status.WARNING, 3, "lost")),
                Reports.result("driver", finding(Status.OK, 0, "fine"))));

        assertThat(names(problems.stream().map(Problem::cause))).containsExactly("devices gpu 3", "ecc gpu 5");
        assertThat(names(problems.getFirst().effects().stream())).containsExactly("pcie gpu 3");
        assertThat(problems.getLast().effects()).isEmpty();
    }

    @Test
    void anEffectGoesToTheCauseOfItsOwnGpu() {
        List<Problem> problems = Problem.of(report(
                Reports.result(
                        "devices", Reports.lost(2), finding(Status.CRITICAL, 6, "no answer from nvmlDeviceGetName")),
                Reports.result(
                        "ecc",
                        finding(Status.UNKNOWN, 6, "not read").explainedBy("devices"),
                        finding(Status.WARNING, 2, "not read").explainedBy("devices"))));

        assertThat(problems)
                .hasSize(2)
                .allSatisfy(problem -> assertThat(problem.effects())
                        .singleElement()
                        .satisfies(effect -> assertThat(effect.gpus())
                                .isEqualTo(problem.cause().gpus())));
    }

    @Test
    void aChainLeadsToItsRoot() {
        List<Problem> problems = Problem.of(report(
                Reports.result("clocks", finding(Status.WARNING, 1, "low").explainedBy("temperature")),
                Reports.result("temperature", finding(Status.WARNING, 1, "hot").explainedBy("power")),
                Reports.result("power", finding(Status.WARNING, 1, "too much"))));

        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.cause().check()).isEqualTo("power");
            assertThat(names(problem.effects().stream())).containsExactly("clocks gpu 1", "temperature gpu 1");
        });
    }

    @Test
    void nothingIsLostWhereACauseIsNotThereOrGoesInACircle() {
        List<Problem> problems = Problem.of(report(
                Reports.result("hang", finding(Status.WARNING, 1, "waits").explainedBy("not-run")),
                Reports.result("one", finding(Status.WARNING, 1, "a").explainedBy("two")),
                Reports.result("two", finding(Status.WARNING, 1, "b").explainedBy("one"))));

        assertThat(names(problems.stream()
                        .flatMap(problem -> Stream.concat(Stream.of(problem.cause()), problem.effects().stream()))))
                .containsExactlyInAnyOrder("hang gpu 1", "one gpu 1", "two gpu 1");
    }

    @Test
    void itsStatusIsTheWorstOfAll() {
        Problem problem = Problem.of(report(
                        Reports.result("devices", finding(Status.WARNING, 3, "odd")),
                        Reports.result(
                                "ecc", finding(Status.CRITICAL, 3, "errors").explainedBy("devices"))))
                .getFirst();

        assertThat(problem.status()).isEqualTo(Status.CRITICAL);
    }
}
