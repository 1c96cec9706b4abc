package dev.gpudiag.agent.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Says on a terminal's standard error that an answer takes long, and takes it back when it is there. */
final class Waiting implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int COLUMNS = 60;

    private final CountDownLatch answered = new CountDownLatch(1);
    private final Thread thread;

    private Waiting(PrintStream terminal, Duration limit) {
        thread = new Thread(() -> show(terminal, limit), "gpudiag-waiting");
        thread.setDaemon(true);
        thread.start();
    }

    /** Begins to wait; shows nothing where standard error is no terminal. */
    static Waiting of(CommandContext context, Duration limit) {
        boolean terminal = "1".equals(context.environment().get("GPUDIAG_PROGRESS"));
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        return new Waiting(terminal ? context.console().err() : nowhere, limit);
    }

    private void show(PrintStream terminal, Duration limit) {
        long seconds = 0;
        try {
            while (!answered.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                seconds++;
                terminal.printf(
                        Locale.ROOT,
                        "\rasking the driver for %d s, at most %d s ",
                        seconds,
                        Math.max(1, limit.toSeconds()));
                terminal.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (seconds > 0) {
            terminal.print("\r" + " ".repeat(COLUMNS) + "\r");
            terminal.flush();
        }
    }

    @Override
    public void close() {
        answered.countDown();
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
