package dev.gpudiag.agent.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SingleFlightTest {

    private static final long SECONDS = Duration.ofSeconds(10).toNanos();

    @Test
    void aTaskThatHasNotComeBackKeepsTheNextOneFromStarting() throws Exception {
        SingleFlight<String> flight = new SingleFlight<>("test");
        CountDownLatch never = new CountDownLatch(1);

        assertThat(flight.start(() -> {
                    never.await();
                    return "late";
                }))
                .isTrue();

        assertThat(flight.await(1_000_000)).isEmpty();
        assertThat(flight.inFlight()).isTrue();
        assertThat(flight.start(() -> "second")).isFalse();
        never.countDown();
        assertThat(flight.await(SECONDS)).contains("late");
        assertThat(flight.start(() -> "second")).isTrue();
        assertThat(flight.await(SECONDS)).contains("second");
        flight.close();
    }

    @Test
    void aThousandTasksInARowAreEachAnswered() {
        SingleFlight<Integer> flight = new SingleFlight<>("test");
        for (int i = 0; i < 1000; i++) {
            int number = i;
            assertThat(flight.start(() -> number)).isTrue();
            assertThat(flight.await(SECONDS)).contains(number);
        }
        flight.close();
    }

    @Test
    void aTaskThatThrowsIsToldToTheCaller() {
        SingleFlight<String> flight = new SingleFlight<>("test");
        flight.start(() -> {
            throw new IllegalArgumentException("broken");
        });

        assertThatThrownBy(() -> flight.await(SECONDS)).hasMessageContaining("broken");
        assertThat(flight.inFlight()).isFalse();
        assertThat(flight.harvest()).as("told once").isEmpty();
        assertThat(flight.start(() -> "next")).isTrue();
        assertThat(flight.await(SECONDS)).contains("next");
        flight.close();
    }
}
