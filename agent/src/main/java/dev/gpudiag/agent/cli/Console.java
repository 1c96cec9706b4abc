package dev.gpudiag.agent.cli;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.agent.report.Printable;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Where a command writes.
 *
 * @param colour whether {@code out} is a terminal that may be coloured
 */
public record Console(PrintStream out, PrintStream err, boolean colour) {

    public Console {
        requireNonNull(out, "out is null");
        requireNonNull(err, "err is null");
    }

    /** Standard output and error, buffered; the launcher says whether there is a terminal behind its pipes. */
    public static Console system(Map<String, String> environment) {
        return new Console(
                buffered(FileDescriptor.out),
                buffered(FileDescriptor.err),
                "1".equals(environment.get("GPUDIAG_COLOR")));
    }

    private static PrintStream buffered(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor), 8192), false, StandardCharsets.UTF_8);
    }

    /** One message to standard error, each line printable. */
    void complain(String message) {
        message.lines().forEach(line -> err.println("gpudiag: " + Printable.ascii(line)));
    }

    void flush() {
        out.flush();
        err.flush();
    }
}
