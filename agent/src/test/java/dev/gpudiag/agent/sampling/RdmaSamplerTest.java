package dev.gpudiag.agent.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.RdmaState;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RdmaSamplerTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private Instant now = Instant.parse("2026-11-24T12:00:00Z");
    private final AtomicInteger looks = new AtomicInteger();

    private RdmaSampler sampler(Supplier<RdmaState> look) {
        NodeSampler driver = new NodeSampler() {
            @Override
            public NodeSample sample(Duration wait, Duration deadline) {
                return new NodeSample(
                        now,
                        SampleSource.live(),
                        new DriverState(
                                Reading.notRead("not in this test"),
                                Readings.empty(),
                                Reading.notRead("not in this test"),
                                Reading.notRead("not in this test")),
                        List.of());
            }

            @Override
            public void close() {}
        };
        return new RdmaSampler(driver, look, INTERVAL, NodeClock.of(() -> now));
    }

    private RdmaState look() {
        looks.incrementAndGet();
        return new RdmaState(
                Reading.of(List.of(), "/sys/class/infiniband"),
                Reading.of(true, "/proc/modules"),
                Reading.of(true, "/proc/modules"));
    }

    @Test
    void adaptersAreLookedAtOncePerInterval() {
        try (RdmaSampler sampler = sampler(this::look)) {
            assertThat(sampler.sample(LONG, LONG).rdma().peermemLoaded().value())
                    .contains(true);
            assertThat(sampler.sample(LONG, LONG).rdma().peermemLoaded().value())
                    .contains(true);
            assertThat(looks).hasValue(1);

            now = now.plus(INTERVAL);
            sampler.sample(LONG, LONG);
        }
        assertThat(looks).hasValueLessThanOrEqualTo(2);
    }

    @Test
    void anAdapterThatDoesNotAnswerHoldsNobodyUpAndIsTold() {
        CountDownLatch released = new CountDownLatch(1);
        try (RdmaSampler sampler = sampler(() -> {
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return look();
        })) {
            RdmaState first = sampler.sample(Duration.ZERO, Duration.ZERO).rdma();
            assertThat(first.ports().reason()).contains(Reason.TIMED_OUT);

            released.countDown();
            assertThat(sampler.sample(LONG, LONG).rdma().ports().value()).contains(List.of());
        }
    }
}
