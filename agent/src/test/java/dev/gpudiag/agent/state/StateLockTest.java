package dev.gpudiag.agent.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateLockTest {

    @TempDir
    private Path folder;

    @Test
    void oneAgentHasADirectoryAndAnotherIsToldSo() {
        StateLock.Outcome first = StateLock.take(folder);
        StateLock.Outcome second = StateLock.take(folder);

        assertThat(first.lock()).isPresent();
        assertThat(second.lock()).isEmpty();
        assertThat(second.isTaken()).isTrue();
        assertThat(second.problem().orElseThrow())
                .contains("another gpudiag agent")
                .contains(folder.toString());

        first.lock().get().close();
        StateLock.Outcome third = StateLock.take(folder);
        assertThat(third.lock()).isPresent();
        third.lock().get().close();
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsNobodysAndTold() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        StateLock.Outcome outcome = StateLock.take(file.resolve("state"));

        assertThat(outcome.lock()).isEmpty();
        assertThat(outcome.isTaken()).isFalse();
        assertThat(outcome.problem().orElseThrow()).contains(file.toString());
    }
}
