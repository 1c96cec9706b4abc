package dev.gpudiag.agent.cli;

import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.SampleHistory;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Samples a node again and again for a while; a bar on standard error shows how far it is, where that is a terminal.
 *
 * @param length how long
 * @param every time between two samples
 * @param deadline after how long without an answer a sample is taken as it is
 * @param pause waits between samples
 */
record Observation(Duration length, Duration every, Duration deadline, Pause pause, Progress progress) {

    private static final int WIDTH = 30;

    /** Waits; a test lets time pass at once. */
    interface Pause {
        void of(Duration time) throws InterruptedException;
    }

    /** Shows how much is done, 0 to 1, and what is left. */
    interface Progress {
        void show(double done, Duration left);

        /** Nothing is shown. */
        static Progress none() {
            return (done, left) -> {};
        }

        /** A bar that writes over itself. */
        static Progress bar(PrintStream terminal) {
            return (done, left) -> {
                int filled = (int) Math.round(done * WIDTH);
                terminal.printf(
                        Locale.ROOT,
                        "\r[%s%s] %3.0f %%, %d s left ",
                        "#".repeat(filled),
                        ".".repeat(WIDTH - filled),
                        done * 100,
                        left.toSeconds());
                if (done >= 1) {
                    terminal.print("\r" + " ".repeat(WIDTH + 30) + "\r");
                }
                terminal.flush();
            };
        }

        /** A bar where the command's standard error is a terminal. */
        static Progress of(CommandContext context) {
            return "1".equals(context.environment().get("GPUDIAG_PROGRESS"))
                    ? bar(context.console().err())
                    : none();
        }
    }

    /** A history that holds all of it. */
    SampleHistory history() {
        return new SampleHistory(length.plus(every.multipliedBy(2)), every);
    }

    /** Samples until the time is over; the first sample is taken at once, the last at the end. */
    void run(NodeSource node, Consumer<NodeSample> listener) throws InterruptedException {
        long rounds = Math.max(1, length.toMillis() / Math.max(1, every.toMillis()));
        for (long round = 0; round <= rounds; round++) {
            listener.accept(node.sample(deadline));
            progress.show((double) round / rounds, every.multipliedBy(rounds - round));
            if (round < rounds) {
                pause.of(every);
            }
        }
    }
}
