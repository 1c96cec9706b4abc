package dev.gpudiag.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.gpudiag.checks.CheckSpec.Precondition;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.NodeSamples;
import dev.gpudiag.telemetry.Reading;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckRunnerTest {

    private record Stand(CheckSpec spec, Function<Evidence, List<Finding>> judgement) implements Check {
        @Override
        public List<Finding> evaluate(Evidence evidence) {
            return judgement.apply(evidence);
        }
    }

    private static Check check(String id, Set<Precondition> needs, Finding... findings) {
        return new Stand(new CheckSpec(id, "title", needs, List.of()), evidence -> List.of(findings));
    }

    private static Finding node(Status status, String seen) {
        return Finding.of(status, Subject.node(), seen);
    }

    private static Report run(NodeSample sample, Check... checks) {
        return new CheckRunner(List.of(checks)).run(Evidence.of(sample));
    }

    private static final NodeSample WORKING =
            NodeSamples.working().gpu(GpuSamples.h100(0).build()).build();

    @Test
    void aCheckThatThrowsIsUnknownAndTheOthersStillRun() {
        Check broken = new Stand(new CheckSpec("broken", "title", Set.of(), List.of()), evidence -> {
            throw new IllegalStateException("oops");
        });

        Report report = run(WORKING, broken, check("well", Set.of(), node(Status.OK, "fine")));

        assertThat(report.result("broken").orElseThrow().status()).isEqualTo(Status.UNKNOWN);
        assertThat(report.result("broken").orElseThrow().summary()).contains("oops");
        assertThat(report.result("well").orElseThrow().status()).isEqualTo(Status.OK);
        assertThat(report.exitCode()).isEqualTo(3);
    }

    @Test
    void aCheckThatSaysNothingIsUnknown() {
        assertThat(run(WORKING, check("mute", Set.of())).verdict()).isEqualTo(Status.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource({
        "OK, INFO, INFO, 0",
        "OK, SKIPPED, OK, 0",
        "SKIPPED, SKIPPED, SKIPPED, 0",
        "UNKNOWN, INFO, UNKNOWN, 3",
        "UNKNOWN, WARNING, WARNING, 1",
        "CRITICAL, UNKNOWN, CRITICAL, 2",
        "WARNING, CRITICAL, CRITICAL, 2"
    })
    void theVerdictIsTheWorstStatus(Status one, Status other, Status verdict, int exitCode) {
        Report report =
                run(WORKING, check("one", Set.of(), node(one, "1")), check("other", Set.of(), node(other, "2")));

        assertThat(report.verdict()).isEqualTo(verdict);
        assertThat(report.exitCode()).isEqualTo(exitCode);
    }

    @Test
    void aCheckThatNeedsADriverIsSkippedWithoutOne() {
        Report report = run(
                NodeSamples.bare().build(), check("needy", Set.of(Precondition.USABLE_DRIVER), node(Status.OK, "")));

        assertThat(report.result("needy").orElseThrow().summary()).isEqualTo("needs a working driver");
        assertThat(report.ran()).isZero();
        assertThat(report.skipped()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"RELEASED", "PENDING"})
    void whileTheDriverIsLetGoOfOrStartsWhatNeedsItIsSkippedWithTheReason(Reading.Reason reason) {
        NodeSample waiting = NodeSamples.working()
                .nvml(Reading.missing(reason, "nvmlInit_v2", "released until 12:34:56 by root (uid 0)"))
                .build();

        Report report = run(
                waiting,
                check("driver", Set.of(Precondition.SETTLED_DRIVER), node(Status.CRITICAL, "broken")),
                check("temperature", Set.of(Precondition.USABLE_DRIVER), node(Status.CRITICAL, "hot")),
                check("xid", Set.of(), node(Status.OK, "quiet")));

        assertThat(report.verdict()).isEqualTo(Status.OK);
        assertThat(report.skipped())
                .extracting(CheckResult::id, CheckResult::summary)
                .containsExactly(
                        tuple("driver", "released until 12:34:56 by root (uid 0)"),
                        tuple("temperature", "released until 12:34:56 by root (uid 0)"));
    }

    @Test
    void aDriverThatIsBrokenIsSettled() {
        NodeSample broken = NodeSamples.working()
                .nvml(Reading.missing(Reading.Reason.FAILED, "nvmlInit_v2", "Driver Not Loaded", 9))
                .build();

        assertThat(run(broken, check("driver", Set.of(Precondition.SETTLED_DRIVER), node(Status.CRITICAL, "broken")))
                        .verdict())
                .isEqualTo(Status.CRITICAL);
    }

    @Test
    void aRecordingThatDoesNotSayWhetherNvmlStartedIsJudgedByItsGpus() {
        NodeSample recorded = NodeSamples.working()
                .recorded()
                .nvml(Reading.notRead("not in this recording"))
                .listed(GpuSamples.h100(0).build())
                .build();

        Report report = run(recorded, check("needy", Set.of(Precondition.USABLE_DRIVER), node(Status.OK, "fine")));

        assertThat(report.verdict()).isEqualTo(Status.OK);
    }

    @Test
    void aCheckThatNeedsAGpuIsSkippedWithoutOne() {
        Report report =
                run(NodeSamples.working().build(), check("needy", Set.of(Precondition.GPU), node(Status.OK, "")));

        assertThat(report.result("needy").orElseThrow().summary()).isEqualTo("no GPU");
    }

    @Test
    void aCheckThatNeedsHistoryIsSkippedWithoutAny() {
        Report report = run(WORKING, check("needy", Set.of(Precondition.HISTORY), node(Status.OK, "")));

        assertThat(report.result("needy").orElseThrow().summary()).isEqualTo("needs history: run gpudiag serve");
    }

    @Test
    void findingsAreWorstFirstAndConsequencesLast() {
        Finding consequence = Finding.builder(Status.CRITICAL, Subject.node(), "consequence")
                .causedBy("driver")
                .build();

        Report report = run(
                WORKING,
                check(
                        "one",
                        Set.of(),
                        node(Status.OK, "fine"),
                        consequence,
                        node(Status.CRITICAL, "cause"),
                        node(Status.WARNING, "bad")));

        assertThat(report.results().getFirst().findings())
                .extracting(Finding::seen)
                .containsExactly("cause", "bad", "fine", "consequence");
        assertThat(report.results().getFirst().summary()).isEqualTo("cause (and 1 more)");
    }

    @Test
    void findingsThatAreAlikeAreCounted() {
        Finding zero =
                Finding.of(Status.OK, Subject.gpu(GpuSamples.h100(0).build().identity()), "fine");
        Finding one =
                Finding.of(Status.OK, Subject.gpu(GpuSamples.h100(1).build().identity()), "fine");

        assertThat(run(WORKING, check("one", Set.of(), zero, one))
                        .results()
                        .getFirst()
                        .summary())
                .isEqualTo("2 subjects: fine");
        assertThat(run(WORKING, check("one", Set.of(), one))
                        .results()
                        .getFirst()
                        .summary())
                .isEqualTo("gpu 1: fine");
    }
}
