package dev.gpudiag.agent.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.SampleHistory;
import dev.gpudiag.telemetry.SampleSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplingLoopTest {

    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final List<Duration> waits = new ArrayList<>();

    /** Remembers how long it may wait. */
    private final class Sampler implements NodeSampler {
        @Override
        public NodeSample sample(Duration wait, Duration deadline) {
            assertThat(deadline).isEqualTo(DEADLINE);
            waits.add(wait);
            return Nodes.node(SampleSource.live(), Nodes.answering(0));
        }

        @Override
        public Reading<KernelLog> kernelLog() {
            return Reading.notRead("no log");
        }

        @Override
        public void close() {}
    }

    private SamplingLoop loop(Duration interval) {
        return new SamplingLoop(
                new Sampler(),
                SampleHistory.none(),
                MemoryGrowth.none(),
                new CheckRunner(List.of()),
                Settings.defaults(),
                Optional.empty(),
                interval,
                DEADLINE);
    }

    @ParameterizedTest
    @CsvSource({"PT1S,PT0.5S", "PT9S,PT4.5S", "PT10S,PT5S", "PT1M,PT5S", "PT1H,PT5S"})
    void aRoundWaitsForHalfAnIntervalAndNeverLongerThanTheDeadline(Duration interval, Duration wait) {
        try (SamplingLoop loop = loop(interval)) {
            loop.tick();
        }
        assertThat(waits).containsExactly(wait);
    }

    @Test
    void aRoundIsToldAfterItsReportCanBeRead() {
        List<Optional<Report>> told = new ArrayList<>();
        try (SamplingLoop loop = loop(Duration.ofSeconds(1))) {
            loop.listen(report -> told.add(loop.report().filter(report::equals)));
            assertThat(loop.report()).isEmpty();

            loop.tick();

            assertThat(told)
                    .singleElement()
                    .satisfies(report -> assertThat(report).isPresent());
            assertThat(loop.stalled()).isEmpty();
        }
    }
}
