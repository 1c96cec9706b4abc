package dev.gpudiag.agent.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFileTest {

    private static final int LIMIT = 100;

    @TempDir
    private Path folder;

    private Path path() {
        return folder.resolve("x.state");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatIsWrittenIsReadAndNothingElseIsLeft() throws IOException {
        StateFile file = new StateFile(path(), LIMIT);
        assertThatThrownBy(file::read).isInstanceOf(NoSuchFileException.class);
        file.write(bytes("one"));
        file.write(bytes("two"));

        assertThat(file.read()).asString(UTF_8).isEqualTo("two");
        assertThat(names()).containsExactly("x.state");
    }

    @Test
    void aDiskThatIsFullInTheMiddleLeavesTheOldFileAndNoRest() throws IOException {
        new StateFile(path(), LIMIT).write(bytes("old"));
        StateFile full = new StateFile(path(), LIMIT, (channel, bytes) -> {
            channel.write(ByteBuffer.wrap(bytes, 0, 1));
            throw new IOException("No space left on device");
        });

        assertThatThrownBy(() -> full.write(bytes("new"))).hasMessage("No space left on device");
        assertThat(full.read()).asString(UTF_8).isEqualTo("old");
        assertThat(names()).containsExactly("x.state");
    }

    @Test
    void aRealFullDiskIsTold() {
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/full")), "/dev/full is not there");
        StateFile full = new StateFile(path(), LIMIT, (channel, bytes) -> {
            try (FileChannel disk = FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE)) {
                disk.write(ByteBuffer.wrap(bytes));
            }
        });

        assertThatThrownBy(() -> full.write(bytes("new")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("No space left");
        assertThat(path()).doesNotExist();
    }

    @Test
    void whatAKilledProcessHasLeftHalfWrittenIsRemoved() throws IOException {
        long me = ProcessHandle.current().pid();
        long parent = ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(me);
        Files.writeString(folder.resolve("x.state.4194399.tmp"), "of a process that is gone");
        Files.writeString(folder.resolve("x.state.soon.tmp"), "of nobody");
        Files.writeString(folder.resolve("x.state." + parent + ".tmp"), "of one that lives");
        Files.writeString(folder.resolve("y.state.4194399.tmp"), "of another file");

        new StateFile(path(), LIMIT).write(bytes("new"));

        assertThat(names()).containsExactlyInAnyOrder("x.state", "x.state." + parent + ".tmp", "y.state.4194399.tmp");
    }

    @Test
    void aLinkInPlaceOfTheTemporaryFileIsNotWrittenThrough() throws IOException {
        Path victim = Files.writeString(folder.resolve("victim"), "safe");
        Path temporary = folder.resolve("x.state." + ProcessHandle.current().pid() + ".tmp");
        Files.createSymbolicLink(temporary, victim);

        new StateFile(path(), LIMIT).write(bytes("new"));

        assertThat(victim).hasContent("safe");
        assertThat(path()).hasContent("new");
    }

    @Test
    void aLinkADirectoryAndAFileThatIsTooLongAreRefused() throws IOException {
        StateFile file = new StateFile(path(), LIMIT);
        Files.createSymbolicLink(path(), Path.of("/etc/passwd"));
        assertThatThrownBy(file::read).isInstanceOf(StateFormatException.class).hasMessage("not a regular file");
        Files.delete(path());
        Files.createDirectory(path());
        assertThatThrownBy(file::read).isInstanceOf(StateFormatException.class).hasMessage("not a regular file");
        Files.delete(path());
        Files.writeString(path(), "x".repeat(LIMIT + 1));
        assertThatThrownBy(file::read).isInstanceOf(StateFormatException.class).hasMessage("longer than 100 bytes");
    }

    @Test
    void aFileThatSomebodyElseHasPutThereIsRefusedAndOneOfTheDirectorysOwnerIsNot() throws IOException {
        Assumptions.assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "only root can give files away");
        StateFile file = new StateFile(path(), LIMIT);
        file.write(bytes("planted"));
        Files.setAttribute(path(), "unix:uid", 12345);

        assertThatThrownBy(file::read)
                .isInstanceOf(StateFormatException.class)
                .hasMessageContaining("belongs to 12345");

        Files.setAttribute(folder, "unix:uid", 12345);
        assertThat(file.read()).asString(UTF_8).isEqualTo("planted");
        Files.setAttribute(folder, "unix:uid", 0);
    }

    @Test
    void aNewerFileIsNeverOverwritten() throws IOException {
        StateFile file = new StateFile(path(), LIMIT);
        for (int i = 0; i < 10; i++) {
            file.write(bytes("newer " + i));
            file.setAside(StateFormatException.newer(7));
        }
        file.write(bytes("newer 10"));

        assertThatThrownBy(() -> file.setAside(StateFormatException.newer(7))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> file.write(bytes("mine"))).hasMessageContaining("could not be set aside");
        assertThat(path()).hasContent("newer 10");
        assertThat(folder.resolve("x.state.v7")).hasContent("newer 0");
        assertThat(folder.resolve("x.state.v7.9")).hasContent("newer 9");
    }

    @Test
    void ofBrokenFilesTheLastIsKept() throws IOException {
        StateFile file = new StateFile(path(), LIMIT);
        for (String text : List.of("one", "two")) {
            file.write(bytes(text));
            assertThat(file.setAside(new StateFormatException("broken"))).contains(folder.resolve("x.state.broken"));
        }
        assertThat(folder.resolve("x.state.broken")).hasContent("two");
        assertThat(file.setAside(new StateFormatException("broken"))).isEmpty();
    }

    @Test
    void reasonsAreWordsWithAPath() {
        StateFile file = new StateFile(Path.of("/sys/gpudiag/x.state"), LIMIT);
        assertThatThrownBy(() -> file.write(bytes("x")))
                .isInstanceOfSatisfying(
                        IOException.class,
                        e -> assertThat(file.reason(e)).contains("/sys/gpudiag").doesNotContain("Exception"));
    }
}
