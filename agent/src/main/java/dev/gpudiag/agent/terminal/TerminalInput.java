package dev.gpudiag.agent.terminal;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/** Tells what the terminal sends, on a thread of its own, until Ctrl-C or the end of the input. */
public final class TerminalInput {

    private final InputStream in;
    private final Consumer<TerminalEvent> listener;

    public TerminalInput(InputStream in, Consumer<TerminalEvent> listener) {
        this.in = in;
        this.listener = listener;
    }

    /** Starts to listen; the thread ends with the input and keeps no process alive. */
    public Thread start() {
        Thread thread = new Thread(this::read, "gpudiag-terminal");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void read() {
        EventDecoder decoder = new EventDecoder();
        try {
            for (int value = in.read(); value >= 0; value = in.read()) {
                decoder.next(value).ifPresent(listener);
                if (in.available() == 0) {
                    decoder.pause().ifPresent(listener);
                }
            }
        } catch (IOException e) {
            // the launcher has left, which is the end as well
        }
        listener.accept(new TerminalEvent.Ended());
    }
}
