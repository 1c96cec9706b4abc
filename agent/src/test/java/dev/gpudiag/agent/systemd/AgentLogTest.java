package dev.gpudiag.agent.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentLogTest {

    private static LogRecord entry(Level level, String message, Throwable thrown) {
        LogRecord entry = new LogRecord(level, message);
        entry.setLoggerName("gpudiag");
        entry.setThrown(thrown);
        return entry;
    }

    @Test
    void underJournaldEachLevelHasItsPrefix() {
        AgentLog.Line line = new AgentLog.Line(true, false);
        assertThat(line.format(entry(Level.SEVERE, "a", null))).isEqualTo("<3>gpudiag: a\n");
        assertThat(line.format(entry(Level.WARNING, "a", null))).isEqualTo("<4>gpudiag: a\n");
        assertThat(line.format(entry(Level.INFO, "a", null))).isEqualTo("<6>gpudiag: a\n");
        assertThat(line.format(entry(Level.FINE, "a", null))).isEqualTo("<7>gpudiag: a\n");
        assertThat(new AgentLog.Line(false, false).format(entry(Level.WARNING, "a", null)))
                .isEqualTo("WARNING gpudiag: a\n");
    }

    @Test
    void aFailureAndAHostileNameAreOneLine() {
        Exception failure = new IllegalStateException("outer", new IOException("inner\nline"));
        String text = new AgentLog.Line(true, false).format(entry(Level.SEVERE, "a\n<0>forged\u001b[2J", failure));
        assertThat(text.lines()).hasSize(1);
        assertThat(text)
                .startsWith("<3>gpudiag: a; <0>forged?[2J: java.lang.IllegalStateException: outer at ")
                .contains("java.io.IOException: inner; line at ")
                .endsWith("\n");
        assertThat(new AgentLog.Line(true, true)
                        .format(entry(Level.SEVERE, "a", failure))
                        .lines())
                .hasSize(1);
    }

    @Test
    void onlyTheStreamThatJournaldGaveIsTheJournal(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("stream"), "");
        Path other = Files.writeString(folder.resolve("other"), "");
        Map<String, Object> attributes = Files.readAttributes(file, "unix:dev,ino");
        Map<String, String> environment = Map.of("JOURNAL_STREAM", attributes.get("dev") + ":" + attributes.get("ino"));

        assertThat(AgentLog.isJournal(environment, file)).isTrue();
        assertThat(AgentLog.isJournal(environment, other)).isFalse();
        assertThat(AgentLog.isJournal(Map.of(), file)).isFalse();
        assertThat(AgentLog.isJournal(environment, folder.resolve("none"))).isFalse();
    }
}
