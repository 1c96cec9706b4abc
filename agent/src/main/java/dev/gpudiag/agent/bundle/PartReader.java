package dev.gpudiag.agent.bundle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Reads a part on a thread of its own, which is left behind when its time is over. */
final class PartReader {

    private PartReader() {}

    /** What came of a part. */
    sealed interface Outcome {
        record Had(String text) implements Outcome {}

        record Missing(String reason) implements Outcome {}
    }

    static Outcome read(Part part, Duration limit) throws InterruptedException {
        if (limit.isNegative() || limit.isZero()) {
            return new Outcome.Missing("the time was over before it was read");
        }
        FutureTask<String> task = new FutureTask<>(() -> part.content().read());
        Thread thread = new Thread(task, "gpudiag-part");
        thread.setDaemon(true);
        thread.start();
        try {
            String text = task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return text.length() > Part.MOST_BYTES
                    ? new Outcome.Missing("larger than " + (Part.MOST_BYTES >> 20) + " MiB")
                    : new Outcome.Had(text);
        } catch (TimeoutException e) {
            thread.interrupt();
            return new Outcome.Missing("no answer within " + limit.toMillis() + " ms");
        } catch (ExecutionException e) {
            return new Outcome.Missing(reason(e.getCause()));
        }
    }

    private static String reason(Throwable cause) {
        return switch (cause) {
            case IOException failed -> String.valueOf(failed.getMessage());
            case UncheckedIOException failed -> String.valueOf(failed.getCause().getMessage());
            default -> "reading it failed: " + cause;
        };
    }
}
