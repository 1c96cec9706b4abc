package dev.gpudiag.agent.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StateWriterTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final StateHealth health = new StateHealth();
    private final List<String> done = new CopyOnWriteArrayList<>();

    @Test
    void aDiskThatHangsHoldsUpNobodyAndTheNewestOfEachPartIsSavedAfterwards() throws InterruptedException {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        try (StateWriter writer = new StateWriter(health)) {
            writer.submit("a", () -> {
                begun.countDown();
                try {
                    hangs.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            });
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 1000; i++) {
                String value = "b" + i;
                writer.submit("b", () -> done.add(value));
            }
            assertThat(writer.await(Duration.ofMillis(1))).isFalse();
            hangs.countDown();
            assertThat(writer.await(PATIENCE)).isTrue();
        }
        assertThat(done).containsExactly("b999");
    }

    @Test
    void whatFailedIsToldTriedAgainAndToldWell() throws InterruptedException {
        AtomicInteger tries = new AtomicInteger();
        CountDownLatch saved = new CountDownLatch(1);
        try (StateWriter writer = new StateWriter(health, Duration.ofMillis(20))) {
            writer.submit("a", () -> {
                if (tries.incrementAndGet() < 3) {
                    throw new IOException("/state/a: No space left on device");
                }
                saved.countDown();
            });
            assertThat(writer.await(PATIENCE)).isTrue();
            assertThat(health.stores().get("a")).isIn("/state/a: No space left on device", "");
            assertThat(saved.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(writer.await(PATIENCE)).isTrue();
            assertThat(health.stores()).containsEntry("a", "");
        }
    }

    @Test
    void aBugInOnePartDoesNotEndTheOthers() throws InterruptedException {
        try (StateWriter writer = new StateWriter(health)) {
            writer.submit("a", () -> {
                throw new IllegalStateException("oops");
            });
            writer.submit("b", () -> done.add("b"));
            assertThat(writer.await(PATIENCE)).isTrue();
        }
        assertThat(done).containsExactly("b");
        assertThat(health.stores().get("a")).contains("bug").contains("oops");
    }

    @Test
    void whatWaitsAtTheEndIsSaved() {
        StateWriter writer = new StateWriter(health);
        writer.submit("a", () -> done.add("a"));
        writer.close();
        writer.submit("a", () -> done.add("too late"));
        assertThat(done).containsExactly("a");
    }
}
