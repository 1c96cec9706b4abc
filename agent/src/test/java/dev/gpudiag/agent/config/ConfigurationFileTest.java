package dev.gpudiag.agent.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ConfigurationFileTest {

    @TempDir
    private Path folder;

    private Path path() {
        return folder.resolve("gpudiag.yaml");
    }

    @Test
    void aChangeIsSeenOnceAndWhenItIsFinished() throws IOException {
        Files.writeString(path(), "a: 1");
        ConfigurationFile file = new ConfigurationFile(path());
        assertThat(file.isChanged()).isFalse();

        Files.writeString(path(), "a: 2");
        assertThat(file.isChanged()).as("it may still be written").isFalse();
        Files.writeString(path(), "a: 2, b");
        assertThat(file.isChanged()).isFalse();
        assertThat(file.isChanged()).isTrue();
        assertThat(file.isChanged()).isFalse();
    }

    @Test
    void theLinksOfAMountedConfigMapAreFollowed() throws IOException {
        Path one = Files.createDirectory(folder.resolve("..one"));
        Path two = Files.createDirectory(folder.resolve("..two"));
        Files.writeString(one.resolve("gpudiag.yaml"), "a: 1");
        Files.writeString(two.resolve("gpudiag.yaml"), "a: 2");
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..one"));
        Files.createSymbolicLink(path(), Path.of("..data/gpudiag.yaml"));
        ConfigurationFile file = new ConfigurationFile(path());

        Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..two"));
        Files.move(folder.resolve("..data_tmp"), folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);

        assertThat(file.isChanged()).isFalse();
        assertThat(file.isChanged()).isTrue();
    }

    @Test
    void aFileThatComesGoesOrIsAPipeIsAChangeAndHangsNothing() throws Exception {
        ConfigurationFile file = new ConfigurationFile(path());
        assertThat(file.isGoneNow()).isTrue();
        Files.writeString(path(), "a: 1");
        file.isChanged();
        assertThat(file.isChanged()).isTrue();
        Files.delete(path());
        file.isChanged();
        assertThat(file.isChanged()).isTrue();
        assertThat(file.isGoneNow()).isTrue();
        new ProcessBuilder("mkfifo", path().toString()).start().waitFor();
        file.isChanged();
        assertThat(file.isChanged()).isTrue();
    }
}
