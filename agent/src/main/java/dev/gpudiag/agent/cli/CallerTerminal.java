package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.terminal.TerminalEvent;
import dev.gpudiag.agent.terminal.TerminalInput;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The terminal of whoever called a command that goes on until it is told to end, as the launcher lends it.
 *
 * @param in keys and news of the terminal
 * @param screen whether there is one to draw on
 * @param launcher asks the launcher for something
 */
record CallerTerminal(Optional<InputStream> in, boolean screen, Consumer<String> launcher) {

    private static final Duration RETURN = Duration.ofSeconds(2);

    /** What the launcher says in the environment; nothing without a launcher. */
    static CallerTerminal of(Map<String, String> environment, InputStream in) {
        String events = environment.getOrDefault("GPUDIAG_EVENTS", "");
        return new CallerTerminal(
                events.isEmpty() ? Optional.empty() : Optional.of(in),
                events.equals("screen"),
                word -> ControlPipe.tell(environment, word));
    }

    /** A terminal that was taken, until it is given back. */
    final class Session implements AutoCloseable {

        private final Thread reader;
        private final boolean drawn;

        private Session(Thread reader, boolean drawn) {
            this.reader = reader;
            this.drawn = drawn;
        }

        /** Comes back when the terminal is its caller's again, and what is printed now stays on it. */
        @Override
        public void close() {
            if (!drawn) {
                return;
            }
            launcher.accept("plain");
            try {
                reader.join(RETURN.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Begins to listen; takes the screen where there is one and {@code draw}, which its size answers. */
    Session begin(boolean draw, Consumer<TerminalEvent> listener) {
        Thread reader =
                in.map(input -> new TerminalInput(input, listener).start()).orElseGet(Thread::new);
        if (draw && screen) {
            launcher.accept("screen");
        }
        return new Session(reader, draw && screen);
    }
}
