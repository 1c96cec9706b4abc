package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gpudiag.agent.terminal.TerminalEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LiveLoopTest {

    private final List<Object> told = new ArrayList<>();

    private final LiveLoop.Listener<Integer> listener = new LiveLoop.Listener<>() {
        @Override
        public void seen(Integer look) {
            told.add(look);
        }

        @Override
        public boolean told(TerminalEvent event) {
            told.add(event);
            return !event.equals(new TerminalEvent.Typed('q'));
        }

        @Override
        public void settled() {}
    };

    @Test
    void aLookThatNeverComesBackHoldsNoKey() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        LiveLoop<Integer> loop = new LiveLoop<>(
                () -> {
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return 1;
                },
                () -> Duration.ofHours(1));
        loop.events().accept(TerminalEvent.SpecialKey.UP);
        loop.events().accept(new TerminalEvent.Typed('q'));
        loop.run(listener, 0);
        assertThat(told).containsExactly(TerminalEvent.SpecialKey.UP, new TerminalEvent.Typed('q'));
        never.countDown();
    }

    @Test
    void itEndsAfterItsRounds() throws Exception {
        AtomicInteger count = new AtomicInteger();
        new LiveLoop<>(count::incrementAndGet, () -> Duration.ofMillis(1)).run(listener, 3);
        assertThat(told).containsExactly(1, 2, 3);
    }

    @Test
    void ctrlCEndsItWithoutBeingTold() throws Exception {
        LiveLoop<Integer> loop = new LiveLoop<>(() -> 1, () -> Duration.ofHours(1));
        loop.events().accept(new TerminalEvent.Ended());
        loop.run(listener, 0);
        assertThat(told).doesNotContain(new TerminalEvent.Ended());
    }

    @Test
    void whileItIsSuspendedNothingIsLookedAt() throws Exception {
        AtomicInteger count = new AtomicInteger();
        LiveLoop<Integer> loop = new LiveLoop<>(count::incrementAndGet, () -> Duration.ofMillis(1));
        loop.events().accept(new TerminalEvent.Suspended());
        Thread user = new Thread(() -> {
            while (count.get() < 1) {
                Thread.onSpinWait();
            }
            loop.events().accept(new TerminalEvent.Resized(24, 80));
        });
        user.start();
        loop.run(listener, 4);
        user.join();
        assertThat(told).contains(new TerminalEvent.Suspended(), new TerminalEvent.Resized(24, 80), 4);
    }

    @Test
    void aBugInALookIsThrownToTheCaller() {
        LiveLoop<Integer> loop = new LiveLoop<>(
                () -> {
                    throw new IllegalStateException("broken inside");
                },
                () -> Duration.ofSeconds(1));
        assertThatThrownBy(() -> loop.run(listener, 0)).hasMessage("broken inside");
    }
}
