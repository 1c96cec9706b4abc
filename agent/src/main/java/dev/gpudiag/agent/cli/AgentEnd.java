package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.http.HttpServer;
import dev.gpudiag.agent.sampling.SamplingLoop;
import dev.gpudiag.agent.systemd.ServiceNotifier;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/** The end of an agent: it is told, what is kept is saved, and nothing that hangs is waited for. */
record AgentEnd(
        ServiceNotifier notifier, HttpServer server, SamplingLoop loop, KeptState kept, Supplier<Instant> clock) {

    private static final Duration WAIT = Duration.ofSeconds(2);

    /** Ends the agent when the process is asked to end. */
    void onRequest() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::end));
    }

    @SuppressWarnings("SystemExitOutsideMain") // halt: a native call that never returns must not hold the shutdown
    private void end() {
        notifier.stopping();
        Thread closing = begin(() -> {
            server.close();
            loop.close();
        });
        Thread saving = begin(() -> kept.end(clock.get()));
        try {
            saving.join(WAIT.toMillis());
            closing.join(WAIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(0);
    }

    private static Thread begin(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
