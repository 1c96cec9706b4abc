package dev.gpudiag.agent.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AskingMarkersTest {

    private static final long DUE = 1_000;
    private static final long LATER = 2_000;

    @TempDir
    private Path folder;

    private AskingMarkers markers;
    private Process other;

    @BeforeEach
    void anotherProcessLives() throws IOException {
        markers = new AskingMarkers(folder, Path.of("/proc"));
        other = new ProcessBuilder("sleep", "60").start();
    }

    @AfterEach
    void end() {
        other.destroyForcibly();
    }

    @Test
    void oneThatIsOverdueAndLivesIsStuck() throws IOException {
        mark(line(boot(), other.pid(), start(other.pid())));

        assertThat(markers.stuck(LATER)).contains(other.pid());
        assertThat(markers.stuck(DUE - 1)).isEmpty();
    }

    @Test
    void oneThatHasEndedOrIsAnotherProcessOrOfAnotherBootMeansNothing() throws Exception {
        mark(line(boot(), other.pid(), start(other.pid()) + 1));
        assertThat(markers.stuck(LATER)).isEmpty();
        mark(line("00000000-0000-0000-0000-000000000000", other.pid(), start(other.pid())));
        assertThat(markers.stuck(LATER)).isEmpty();
        mark(line(boot(), other.pid(), start(other.pid())));
        other.destroyForcibly().waitFor();
        assertThat(markers.stuck(LATER)).isEmpty();
    }

    @Test
    void linksAndWhatOthersMayWriteAndRubbishAreNotBelieved() throws IOException {
        String good = line(boot(), other.pid(), start(other.pid()));
        Path elsewhere = Files.writeString(folder.resolve("elsewhere"), good);
        Files.createSymbolicLink(folder.resolve("asking-1"), elsewhere);
        assertThat(markers.stuck(LATER)).isEmpty();
        Files.setPosixFilePermissions(mark(good), PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(markers.stuck(LATER)).isEmpty();
        Files.delete(folder.resolve("asking-2"));
        mark(good + "x".repeat(5000));
        assertThat(markers.stuck(LATER)).isEmpty();
        mark("");
        assertThat(markers.stuck(LATER)).isEmpty();
        Files.createDirectory(folder.resolve("asking-3"));
        assertThat(markers.stuck(LATER)).isEmpty();
    }

    @Test
    void anOwnMarkerIsNotFollowedThroughALinkAndIsTakenAway() throws IOException {
        Path victim = Files.writeString(folder.resolve("victim"), "untouched");
        Path own = folder.resolve("asking-" + ProcessHandle.current().pid());
        Files.createSymbolicLink(own, victim);

        assertThat(markers.enter(DUE)).isTrue();
        assertThat(victim).hasContent("untouched");
        assertThat(Files.isSymbolicLink(own)).isFalse();
        assertThat(markers.stuck(LATER)).isEmpty();
        markers.leave();
        assertThat(own).doesNotExist();
    }

    private Path mark(String text) throws IOException {
        return Files.writeString(folder.resolve("asking-2"), text);
    }

    private static String line(String boot, long pid, long start) {
        return boot + " " + pid + " " + start + " " + DUE + "\n";
    }

    private static String boot() throws IOException {
        return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    }

    private static long start(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[19]);
    }
}
