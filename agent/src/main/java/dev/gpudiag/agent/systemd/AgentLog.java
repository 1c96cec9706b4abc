package dev.gpudiag.agent.systemd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * The agent's log on standard error: each record one line, under journald with its level before it ({@code <4>}, sd-daemon(3)).
 */
public final class AgentLog {

    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

    private AgentLog() {}

    /** Has everything that is logged from now on written so. */
    public static void install(Map<String, String> environment) {
        Formatter formatter =
                new Line(isJournal(environment, STANDARD_ERROR), "1".equals(environment.get("GPUDIAG_DEBUG")));
        for (Handler handler : Logger.getLogger("").getHandlers()) {
            handler.setFormatter(formatter);
        }
    }

    /** Whether a file is the stream that {@code JOURNAL_STREAM} names by device and inode: it may be redirected since. */
    static boolean isJournal(Map<String, String> environment, Path file) {
        String stream = environment.getOrDefault("JOURNAL_STREAM", "");
        try {
            Map<String, Object> attributes = Files.readAttributes(file, "unix:dev,ino");
            return stream.equals(attributes.get("dev") + ":" + attributes.get("ino"));
        } catch (IOException e) {
            return false;
        }
    }

    /** One record in one line. */
    static final class Line extends Formatter {

        private final boolean isJournal;
        private final boolean withTraces;

        Line(boolean isJournal, boolean withTraces) {
            this.isJournal = isJournal;
            this.withTraces = withTraces;
        }

        @Override
        public String format(LogRecord entry) {
            StringBuilder line = new StringBuilder();
            line.append(isJournal ? prefix(entry.getLevel()) : entry.getLevel().getName() + " ");
            line.append(entry.getLoggerName()).append(": ").append(formatMessage(entry));
            for (Throwable cause = entry.getThrown(); cause != null; cause = cause.getCause()) {
                line.append(": ").append(cause);
                StackTraceElement[] trace = cause.getStackTrace();
                int frames = withTraces ? trace.length : Math.min(1, trace.length);
                for (int i = 0; i < frames; i++) {
                    line.append(" at ").append(trace[i]);
                }
            }
            return printable(line.toString()) + "\n";
        }

        /** Names from drivers and processes must not end a line, begin one with a level, or move a terminal's cursor. */
        private static String printable(String text) {
            StringBuilder line = new StringBuilder();
            text.chars()
                    .forEach(c -> line.append(c == '\n' ? "; " : c < ' ' || c == 0x7f ? "?" : Character.toString(c)));
            return line.toString();
        }

        private static String prefix(Level level) {
            if (level.intValue() >= Level.SEVERE.intValue()) {
                return "<3>";
            }
            if (level.intValue() >= Level.WARNING.intValue()) {
                return "<4>";
            }
            return level.intValue() >= Level.INFO.intValue() ? "<6>" : "<7>";
        }
    }
}
