package dev.gpudiag.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program that was run to its end.
 *
 * @param code exit code, 128 and more for a signal
 */
record Run(int code, String out, String err, Duration took) {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Whoever runs the tests in the background ignores SIGINT, and a program that it starts would too. */
    private static final List<String> DEFAULT_SIGNALS = List.of("env", "--default-signal");

    /** Runs a program in {@code folder}, which gets its output too. */
    static Run of(Path folder, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        long begun = System.nanoTime();
        Started started = start(folder, environment, command);
        return started.finish(begun);
    }

    /** A program that runs. */
    record Started(Process process, Path out, Path err) {

        Run finish(long begun) throws IOException, InterruptedException {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("still running after " + PATIENCE);
            }
            return new Run(
                    process.exitValue(),
                    Files.readString(out, UTF_8),
                    Files.readString(err, UTF_8),
                    Duration.ofNanos(System.nanoTime() - begun));
        }
    }

    static Started start(Path folder, Map<String, String> environment, List<String> command) throws IOException {
        List<String> signalled = new ArrayList<>(DEFAULT_SIGNALS);
        signalled.addAll(command);
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder = new ProcessBuilder(signalled)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        return new Started(builder.start(), out, err);
    }
}
