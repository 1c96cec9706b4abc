package dev.gpudiag.checks.memory.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The goals of the leak benchmark, on a few of its runs; {@link LeakBenchmark} has them all. */
class LeakBenchmarkTest {

    private static final int RUNS = 10;

    @Test
    void aProgramThatDoesNotLeakIsNeverConfirmed() {
        for (Program program : HarmlessPrograms.all()) {
            Score score = Score.of(program, RUNS);

            assertThat(score.ever(Outcome::confirmed).hits()).as(program.name()).isZero();
            if (!HarmlessPrograms.LOOKS_LIKE_A_LEAK.contains(program.name())) {
                assertThat(score.ever(Outcome::likely).hits())
                        .as(program.name())
                        .isZero();
            }
        }
    }

    @Test
    void aLeakIsFoundInTime() {
        List<Program> programs = LeakingPrograms.all().stream()
                .filter(program -> !program.goal().equals(Program.Goal.NONE))
                .toList();
        assertThat(programs).isNotEmpty();
        for (Program program : programs) {
            Score score = Score.of(program, RUNS);

            assertThat(score.within(Outcome::likely, program.goal().likelyHours())
                            .hits())
                    .as("%s: likely", program.name())
                    .isGreaterThanOrEqualTo(RUNS * 7 / 10);
            assertThat(score.within(Outcome::confirmed, program.goal().confirmedHours())
                            .hits())
                    .as("%s: confirmed", program.name())
                    .isGreaterThanOrEqualTo(Double.isFinite(program.goal().confirmedHours()) ? RUNS * 9 / 10 : 0);
            assertThat(score.early().hits()).as("%s: too early", program.name()).isZero();
        }
    }

    @Test
    void aLeakThatStopsIsClearedWithinAnHour() {
        Program stopping = LeakingPrograms.all().stream()
                .filter(program -> program.name().startsWith("stops"))
                .findFirst()
                .orElseThrow();
        Score score = Score.of(stopping, RUNS);

        assertThat(score.within(Outcome::cleared, 1).hits()).isEqualTo(RUNS);
    }

    @Test
    void theUpperBoundOfNoHitsIsTheRuleOfThree() {
        assertThat(new Proportion(0, 300).upper()).isCloseTo(0.00994, within(1e-4));
        assertThat(new Proportion(3, 300).upper()).isCloseTo(0.0257, within(2e-4));
        assertThat(new Proportion(300, 300).lower()).isCloseTo(1 - 0.00994, within(1e-4));
    }

    @Test
    void theSameSeedIsTheSameRun() {
        Program program = LeakingPrograms.all().getFirst();

        assertThat(Outcome.of(program, 5)).isEqualTo(Outcome.of(program, 5));
        assertThat(Outcome.of(program, 5)).isNotEqualTo(Outcome.of(program, 6));
    }
}
