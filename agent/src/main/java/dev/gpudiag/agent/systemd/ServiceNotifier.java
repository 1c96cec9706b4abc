package dev.gpudiag.agent.systemd;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Tells systemd that the agent is ready (after its first verdict), what the verdict is, that it reloads or stops, and that its
 * scheduler makes progress; does nothing where nobody listens.
 *
 * <p>The watchdog never depends on the driver: a restart does not end a thread that hangs in the kernel. Thread-safe.
 */
public final class ServiceNotifier implements AutoCloseable {

    private static final int STATUS_LIMIT = 200;

    private final Optional<NotifySocket> socket;
    private final Supplier<Optional<String>> stalled;
    private final ScheduledExecutorService watchdog;
    private final Optional<ScheduledFuture<?>> feeding;
    private String status = "";
    private boolean ready;

    /**
     * One that tells what the environment asks for ({@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC}, {@code WATCHDOG_PID}).
     *
     * @param stalled why the scheduler makes no progress; empty while it does
     */
    public ServiceNotifier(Map<String, String> environment, Supplier<Optional<String>> stalled) {
        this.socket = NotifySocket.of(environment);
        this.stalled = stalled;
        this.watchdog = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "gpudiag-watchdog");
            thread.setDaemon(true);
            return thread;
        });
        this.feeding = watchdogLimit(environment)
                .filter(limit -> socket.isPresent())
                .map(limit -> watchdog.scheduleAtFixedRate(
                        this::live, 0, Math.max(1, limit.toMillis() / 3), TimeUnit.MILLISECONDS));
    }

    /** How often systemd wants to hear of this process; empty where it does not. */
    static Optional<Duration> watchdogLimit(Map<String, String> environment) {
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        String pid = environment.getOrDefault("WATCHDOG_PID", "");
        boolean isForThis = pid.isEmpty()
                || pid.equals(Long.toString(ProcessHandle.current().pid()));
        return isForThis && micros.matches("[1-9][0-9]{0,17}")
                ? Optional.of(Duration.ofNanos(1000).multipliedBy(Long.parseLong(micros)))
                : Optional.empty();
    }

    private void live() {
        if (stalled.get().isEmpty()) {
            send("WATCHDOG=1");
        }
    }

    /** Tells what the first verdict waits for, where it is something else than before. */
    public synchronized void waiting(String what) {
        String text = oneLine("starting: waits for " + what);
        if (!ready && !text.equals(status)) {
            status = text;
            send("STATUS=" + text);
        }
    }

    /** Tells the verdict in one line, where it is another than before; the first one makes the service ready. */
    public synchronized void verdict(String line) {
        String text = oneLine(line);
        if (!ready) {
            ready = true;
            status = text;
            send("READY=1", "STATUS=" + text);
        } else if (!text.equals(status)) {
            status = text;
            send("STATUS=" + text);
        }
    }

    /** Without what a hostile name could bring: another assignment on a line of its own. */
    private static String oneLine(String line) {
        String text = line.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return text.length() <= STATUS_LIMIT ? text : text.substring(0, STATUS_LIMIT - 3) + "...";
    }

    /** The configuration is being read again. */
    public synchronized void reloading() {
        if (ready) {
            // System.nanoTime is CLOCK_MONOTONIC on Linux, which is what systemd compares with
            send("RELOADING=1", "MONOTONIC_USEC=" + System.nanoTime() / 1000);
        }
    }

    /** The configuration was read again, whether it was good or not: the service goes on. */
    public synchronized void reloaded() {
        if (ready) {
            send("READY=1", "STATUS=" + status);
        }
    }

    /** The agent ends. */
    public void stopping() {
        send("STOPPING=1", "STATUS=stopping");
    }

    private void send(String... assignments) {
        socket.ifPresent(listener -> listener.send(assignments));
    }

    @Override
    public void close() {
        feeding.ifPresent(beats -> beats.cancel(false));
        watchdog.shutdownNow();
    }
}
