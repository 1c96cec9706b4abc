package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.terminal.TerminalEvent;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Looks again and again on a thread of its own, so that a driver that hangs does not hold the keys, until a key or Ctrl-C ends
 * it. Looks and keys are told to one listener, on the caller's thread.
 */
final class LiveLoop<T> {

    /** How long the look that is under way may take once nobody wants it any more. */
    private static final Duration FAREWELL = Duration.ofMillis(300);

    private static final int MOST_NEWS = 4096;

    /** Who is told. */
    interface Listener<T> {

        void seen(T look);

        /** False where this ends the loop. */
        boolean told(TerminalEvent event);

        /** All that there was has been told: time to draw. */
        void settled();
    }

    private sealed interface News<T> {
        record Seen<T>(T look) implements News<T> {}

        record Told<T>(TerminalEvent event) implements News<T> {}

        record Failed<T>(RuntimeException error) implements News<T> {}

        record Done<T>() implements News<T> {}
    }

    private final Supplier<T> look;
    private final Supplier<Duration> interval;
    private final BlockingQueue<News<T>> news = new LinkedBlockingQueue<>(MOST_NEWS);
    private final Object clock = new Object();
    private volatile boolean held;
    private volatile boolean ended;

    /**
     * @param look gives what there is to see now; may take long
     * @param interval from the beginning of a look to that of the next; asked anew each time
     */
    LiveLoop(Supplier<T> look, Supplier<Duration> interval) {
        this.look = look;
        this.interval = interval;
    }

    /** Where events of the terminal are to be told. */
    Consumer<TerminalEvent> events() {
        return event -> news.offer(new News.Told<>(event));
    }

    /** Runs until it is told to end, or until {@code rounds} looks were told; zero: as many as come. */
    void run(Listener<T> listener, long rounds) throws InterruptedException {
        Thread looking = new Thread(() -> look(rounds), "gpudiag-look");
        looking.setDaemon(true);
        looking.start();
        try {
            while (tell(listener, news.take())) {
                if (news.isEmpty()) {
                    listener.settled();
                }
            }
        } finally {
            ended = true;
            wake();
            looking.join(FAREWELL.toMillis());
        }
    }

    private boolean tell(Listener<T> listener, News<T> latest) {
        switch (latest) {
            case News.Seen<T>(T seen) -> listener.seen(seen);
            case News.Told<T>(TerminalEvent.Ended ignored) -> {
                return false;
            }
            case News.Told<T>(TerminalEvent event) -> {
                held = event instanceof TerminalEvent.Suspended;
                wake();
                return listener.told(event);
            }
            case News.Failed<T>(RuntimeException error) -> throw error;
            case News.Done<T>() -> {
                return false;
            }
        }
        return true;
    }

    private void look(long rounds) {
        try {
            for (long round = 1; !ended; round++) {
                long begun = System.nanoTime();
                news.put(new News.Seen<>(look.get()));
                if (round == rounds) {
                    news.put(new News.Done<>());
                    return;
                }
                pause(begun);
            }
        } catch (RuntimeException e) {
            news.offer(new News.Failed<>(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the next look's time, which a key may change. */
    private void pause(long begun) throws InterruptedException {
        synchronized (clock) {
            while (!ended && (held || left(begun) > 0)) {
                // rounded up: zero would be for ever
                clock.wait(held ? 0 : left(begun) / 1_000_000 + 1);
            }
        }
    }

    private long left(long begun) {
        return Math.max(0, interval.get().toNanos() - (System.nanoTime() - begun));
    }

    private void wake() {
        synchronized (clock) {
            clock.notifyAll();
        }
    }
}
