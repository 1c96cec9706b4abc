package dev.gpudiag.agent.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallFileTest {

    @TempDir
    private Path directory;

    @Test
    void theCallsInWhichAProcessEndedAreReadByTheNext() throws IOException {
        CallFile first = CallFile.open(directory);
        assertThat(first.before()).isEmpty();
        first.entered(CallFile.NODE, "nvmlInit_v2");
        first.left(CallFile.NODE);
        first.entered(0, "nvmlDeviceGetName");
        first.left(0);
        first.entered(3, "nvmlDeviceGetMemoryInfo_v2");
        first.entered(3, "nvmlDeviceGetTemperature");

        assertThat(CallFile.open(directory).before()).containsExactly("nvmlDeviceGetTemperature of GPU 3");
        assertThat(CallFile.open(directory).before()).as("told once").isEmpty();
    }

    @Test
    void anInitialisationThatKillsIsNamed() throws IOException {
        CallFile.open(directory).entered(CallFile.NODE, "nvmlInit_v2");

        assertThat(CallFile.open(directory).before()).containsExactly("nvmlInit_v2");
    }

    @Test
    void anEndAsItShouldBeLeavesNothing() throws IOException {
        try (CallFile file = CallFile.open(directory)) {
            file.entered(0, "nvmlDeviceGetName");
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void whatIsNoCallIsNotTold() throws IOException {
        Files.writeString(directory.resolve("calls"), "\u001b[31mrm -rf /\n" + "x".repeat(10_000));

        CallFile file = CallFile.open(directory);

        assertThat(file.before()).isEmpty();
        assertThat(Files.size(directory.resolve("calls"))).isEqualTo(CallFile.BYTES);
        file.entered(4000, "nvmlDeviceGetName");
        file.entered(-7, "nvmlDeviceGetName");
        file.entered(1, "nvml" + "X".repeat(200));
    }

    @Test
    void aLinkIsNotFollowed() throws IOException {
        Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "precious");
        Files.createSymbolicLink(directory.resolve("calls"), elsewhere);

        assertThatThrownBy(() -> CallFile.open(directory)).isInstanceOf(IOException.class);
        assertThat(elsewhere).hasContent("precious");
    }
}
