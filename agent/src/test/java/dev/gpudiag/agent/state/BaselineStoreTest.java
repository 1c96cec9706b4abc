package dev.gpudiag.agent.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.state.BaselineStore.Loaded;
import dev.gpudiag.agent.state.BaselineStore.Saved;
import dev.gpudiag.checks.Baseline;
import dev.gpudiag.telemetry.GpuIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BaselineStoreTest {

    private static final Baseline BASELINE = new Baseline(
            Instant.parse("2026-11-23T10:00:00Z"),
            List.of(
                    new GpuIdentity(
                            0, Optional.of("GPU-1"), Optional.of("0000:65:00.0"), Optional.of("NVIDIA \"H100\"")),
                    new GpuIdentity(1, Optional.empty(), Optional.empty(), Optional.empty())),
            Optional.of("550.54.15"));

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("baseline.json");
    }

    @Test
    void whatIsSavedIsLoaded() throws IOException {
        BaselineStore store = new BaselineStore(directory.resolve("a/b"));

        assertThat(store.load()).isEqualTo(new Loaded(Optional.empty(), Optional.empty()));
        assertThat(store.save(BASELINE)).isEqualTo(new Saved(true, List.of()));
        assertThat(store.save(BASELINE)).isEqualTo(new Saved(true, List.of()));
        assertThat(store.load()).isEqualTo(new Loaded(Optional.of(BASELINE), Optional.empty()));
        try (Stream<Path> files = Files.list(directory.resolve("a/b"))) {
            assertThat(files).extracting(path -> path.getFileName().toString()).containsExactly("baseline.json");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|not a baseline of gpudiag",
                "{\"kind\": \"gpudiag-baseline\", \"gpus|not JSON",
                "{\"a\": 1}|not a baseline of gpudiag",
                "[]|not a baseline of gpudiag",
                "{\"kind\": \"gpudiag-baseline\", \"schema_version\": 99}|written by a newer gpudiag (schema_version 99)",
                "{\"kind\": \"gpudiag-baseline\", \"schema_version\": 1}|no list of GPUs",
                "{\"kind\": \"gpudiag-baseline\", \"schema_version\": 1, \"gpus\": []}|no time of saving",
                "{\"kind\": \"gpudiag-baseline\", \"schema_version\": 1, \"gpus\": [{\"index\": \"x\"}]}|a GPU without an index",
                "{\"kind\": \"gpudiag-baseline\", \"schema_version\": 1, \"gpus\": [{\"index\": 1, \"uuid\": 5}]}|uuid is not text",
            })
    void aBrokenFileIsIgnoredWhenReadAndKeptAsideWhenWritten(String text, String reason) throws IOException {
        String suffix = text.contains("99") ? ".v99" : ".broken";
        Files.writeString(file(), text);
        BaselineStore store = new BaselineStore(directory);

        Loaded loaded = store.load();
        assertThat(loaded.baseline()).isEmpty();
        assertThat(loaded.warning().orElseThrow()).startsWith("baseline ignored: " + file() + ": " + reason);
        assertThat(file()).hasContent(text);

        Saved saved = store.save(BASELINE);
        assertThat(saved.successful()).isTrue();
        assertThat(saved.messages()).singleElement().asString().endsWith("baseline.json" + suffix);
        assertThat(directory.resolve("baseline.json" + suffix)).hasContent(text);
        assertThat(store.load().baseline()).contains(BASELINE);
    }

    @Test
    void truncationAnywhereIsNoticed() throws IOException {
        BaselineStore store = new BaselineStore(directory);
        store.save(BASELINE);
        byte[] whole = Files.readAllBytes(file());
        for (int length = 0; length < whole.length - 1; length++) {
            Files.write(file(), java.util.Arrays.copyOf(whole, length));
            assertThat(store.load().baseline()).as("%s bytes", length).isEmpty();
        }
    }

    @Test
    void deepNestingAndGarbageAreNotJson() throws IOException {
        BaselineStore store = new BaselineStore(directory);
        Files.writeString(file(), "[".repeat(500_000));
        assertThat(store.load().warning().orElseThrow()).contains("not JSON");
        Files.write(file(), new byte[] {(byte) 0x80, 0, 1, 2});
        assertThat(store.load().warning().orElseThrow()).contains("not JSON");
    }

    @Test
    void aLargeFileADirectoryAFifoAndALinkAreNoBaseline() throws IOException, InterruptedException {
        BaselineStore store = new BaselineStore(directory);
        Files.writeString(file(), " ".repeat(2 << 20));
        assertThat(store.load().warning().orElseThrow()).contains("longer than");
        Files.delete(file());
        new ProcessBuilder("mkfifo", file().toString()).start().waitFor();
        assertThat(store.load().warning().orElseThrow()).contains("not a regular file");
        Files.delete(file());
        Files.createSymbolicLink(file(), Path.of("/etc/passwd"));
        assertThat(store.load().warning().orElseThrow()).contains("not a regular file");
        Files.delete(file());
        Files.createDirectory(file());
        assertThat(store.load().warning().orElseThrow()).contains("not a regular file");
        assertThat(store.save(BASELINE).successful()).isTrue();
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsSurvived() throws IOException {
        Path notADirectory = Files.writeString(directory.resolve("file"), "x");
        BaselineStore store = new BaselineStore(notADirectory.resolve("state"));

        Saved saved = store.save(BASELINE);
        assertThat(saved.successful()).isFalse();
        assertThat(saved.messages()).singleElement().asString().contains(notADirectory.toString());
        assertThat(store.load().baseline()).isEmpty();
        // sysfs takes no files, not even from root
        assertThat(new BaselineStore(Path.of("/sys/gpudiag")).save(BASELINE).successful())
                .isFalse();
    }
}
