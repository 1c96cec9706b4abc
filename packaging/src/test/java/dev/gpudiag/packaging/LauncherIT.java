package dev.gpudiag.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, with a shell script in the place of Java, so that every way of ending can be played. */
class LauncherIT {

    private static final Path PRODUCT = Path.of(System.getProperty("gpudiag.product"));
    private static final String ANSWER = "answer() { echo $1 > /proc/self/fd/$GPUDIAG_CONTROL_FD; }\n";
    private static final String RECORD_PID = "echo $$ > \"$PIDFILE\"\n";

    @TempDir
    private Path folder;

    private Path launcher;

    @BeforeEach
    void layOutAProduct() throws IOException {
        launcher = folder.resolve("product/bin/gpudiag");
        Files.createDirectories(launcher.getParent());
        Files.createDirectories(folder.resolve("product/runtime/bin"));
        Files.copy(PRODUCT.resolve("bin/gpudiag"), launcher);
    }

    @Test
    void theAnswerIsTheExitCodeWhateverJavaExitsWith() throws Exception {
        for (int code : List.of(0, 1, 2, 3, 64, 70, 78)) {
            Run run = run("echo verdict; echo note >&2; answer " + code + "; exit 9", "check");
            assertThat(run.code()).isEqualTo(code);
            assertThat(run.out()).isEqualTo("verdict\n");
            assertThat(run.err()).isEqualTo("note\n");
        }
    }

    @Test
    void aJavaThatNeverEndsIsNotWaitedForOnceItHasAnswered() throws Exception {
        Run run = run(RECORD_PID + "trap '' TERM INT HUP; echo verdict; answer 2; kill -STOP $$", "check");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEqualTo("verdict\n");
        assertThat(run.took()).isLessThan(Duration.ofSeconds(8));
        assertThat(javaIsGone()).isTrue();
    }

    @Test
    void withoutAnswerTheShellIsGivenBackAfterTheTimeout() throws Exception {
        Run run = run(RECORD_PID + "echo first line; kill -STOP $$", "check", "--timeout", "2s");

        assertThat(run.code()).isEqualTo(3);
        assertThat(run.out()).isEqualTo("first line\n");
        assertThat(run.err())
                .isEqualTo("gpudiag: no answer within 2.7 s: its process was stopped (state T) by a debugger"
                        + " or a signal\n");
        assertThat(run.took()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(10));
        assertThat(javaIsGone()).isTrue();
    }

    @Test
    void whyThereIsNoAnswerIsWhatTheProcessIsSeenToDo() throws Exception {
        assertThat(run("while :; do :; done", "check", "--timeout", "1s").err())
                .contains("it still works; this machine is busy (load ")
                .contains("CPUs), or the driver is slow");
        assertThat(run("read -t 60 < <(sleep 60)", "check", "--timeout", "1s").err())
                .contains("it waits for something that does not come (no thread in state D)");
    }

    @Test
    void aCallerThatReadsOutputAloneIsToldInItsOwnForm() throws Exception {
        Run npd = run("kill -STOP $$", "check", "--format", "npd", "--timeout=1s");
        assertThat(npd.code()).isEqualTo(2);
        assertThat(npd.out()).startsWith("UNKNOWN: no answer within 1.7 s").hasSizeLessThanOrEqualTo(81);
        Run nagios = run("kill -STOP $$", "check", "--timeout", "1s", "--format=nagios");
        assertThat(nagios.code()).isEqualTo(3);
        assertThat(nagios.out()).startsWith("UNKNOWN - no answer within 1.7 s").hasLineCount(1);
        Run crash = run("kill -SEGV $$", "check", "--exit-style", "npd");
        assertThat(crash.code()).isEqualTo(2);
        assertThat(crash.out()).startsWith("UNKNOWN: a native library crashed");
    }

    @Test
    void nodeProblemDetectorGetsFourSeconds() throws Exception {
        assertThat(deadline("check", "--format", "npd")).isBetween(2.0, 4.5);
        assertThat(deadline("check", "--format=npd", "--timeout", "30s")).isBetween(25.0, 31.0);
        assertThat(deadline("check", "--format=npd", "--format=text")).isBetween(5.0, 11.0);
    }

    @Test
    void theCallersLocaleAndColoursAreHandedOnByThemselves() throws Exception {
        String show = "echo \"[$LC_ALL $GPUDIAG_UTF8 $GPUDIAG_COLOR]\"; answer 0";
        java(show);
        assertThat(shell("LC_ALL=C LANG=de_DE.UTF-8 " + launcher + " check").out())
                .isEqualTo("[C.UTF-8  ]\n");
        assertThat(shell("LC_ALL= LC_CTYPE= LANG=de_DE.utf8 " + launcher + " check")
                        .out())
                .isEqualTo("[C.UTF-8 1 ]\n");
        assertThat(shell("LC_ALL= LC_CTYPE=C LANG=de_DE.utf8 CLICOLOR_FORCE=1 " + launcher + " check")
                        .out())
                .isEqualTo("[C.UTF-8  1]\n");
        assertThat(shell("LC_ALL=C CLICOLOR_FORCE=1 NO_COLOR=1 GPUDIAG_UTF8=1 GPUDIAG_COLUMNS=9 " + launcher + " check")
                        .out())
                .isEqualTo("[C.UTF-8  ]\n");
    }

    @Test
    void theTimeoutIsReadInEveryFormAndTheLastOneCounts() throws Exception {
        assertThat(deadline("check", "--timeout=90s")).isBetween(85.0, 91.0);
        assertThat(deadline("check", "--timeout", "2m")).isBetween(115.0, 121.0);
        assertThat(deadline("snapshot", "--timeout", "5s", "--timeout=1h")).isBetween(3595.0, 3601.0);
        assertThat(deadline("check", "--timeout", "soon")).isBetween(5.0, 11.0);
        assertThat(deadline("check", "--timeout", "99999999999999999999s")).isBetween(5.0, 11.0);
        assertThat(deadline("check")).isBetween(5.0, 11.0);
    }

    private double deadline(String... arguments) throws Exception {
        Run run = run("echo $GPUDIAG_DEADLINE_NANOS; cut -d' ' -f1 /proc/uptime; answer 0", arguments);
        List<String> lines = run.out().lines().toList();
        return Long.parseLong(lines.getFirst()) / 1e9 - Double.parseDouble(lines.getLast());
    }

    @Test
    void aMegabyteOfOutputArrivesWhole() throws Exception {
        Run run = run(
                "head -c 1048576 /dev/zero | tr '\\0' x; head -c 300000 /dev/zero | tr '\\0' y >&2; answer 0", "check");

        assertThat(run.out()).hasSize(1048576).matches("x+");
        assertThat(run.err()).hasSize(300000).matches("y+");
    }

    @Test
    void aReaderThatHasSeenEnoughEndsEverythingQuietly() throws Exception {
        java(RECORD_PID + "i=0; while [ $i -lt 100000 ]; do echo line $i; i=$((i+1)); done; answer 0");
        Run run = shell(launcher + " check | head -1; echo \"${PIPESTATUS[0]}\"");

        assertThat(run.out()).isEqualTo("line 0\n141\n");
        assertThat(run.err()).isEmpty();
        assertThat(javaIsGone()).isTrue();
    }

    @Test
    void aSlowReaderIsNoHungDriver() throws Exception {
        java("head -c 1048576 /dev/zero | tr '\\0' x; answer 1");
        Run run = shell(launcher + " check --timeout 100ms | (sleep 3; wc -c); echo \"${PIPESTATUS[0]}\"");

        assertThat(run.out()).isEqualTo("1048576\n1\n");
    }

    @Test
    void outputThatCannotBeWrittenIsAnError() throws Exception {
        java("echo verdict; answer 0");
        Run run = shell(launcher + " check > /dev/full");

        assertThat(run.code()).isEqualTo(74);
        assertThat(run.err()).contains("cannot write the output: No space left on device");
    }

    @Test
    void closedDescriptorsDoNoHarm() throws Exception {
        java("echo verdict; answer 1");
        assertThat(shell(launcher + " check <&- 2>&-").code()).isEqualTo(1);
        assertThat(shell(launcher + " check <&- >&- 2>&-").code()).isIn(1, 74);
    }

    @Test
    void aCrashInANativeLibrarySaysSo() throws Exception {
        for (String signal : List.of("SEGV", "ABRT", "BUS")) {
            Run run = run("kill -" + signal + " $$", "check");
            assertThat(run.code()).isEqualTo(3);
            assertThat(run.err()).contains("a native library crashed");
        }
    }

    @Test
    void aDeathWithoutAnswerIsABug() throws Exception {
        Run run = run("echo 'Error: no such class' >&2; exit 1", "check");
        assertThat(run.code()).isEqualTo(70);
        assertThat(run.err()).startsWith("Error: no such class\n").contains("Java ended with 1 and no answer");
    }

    @Test
    void aKilledJavaIsNoVerdict() throws Exception {
        Run run = run("kill -KILL $$", "check");
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).contains("killed by signal 9");
    }

    @Test
    void aMissingRuntimeIsOneMessage() throws Exception {
        Run run = Run.of(folder, environment(), List.of(launcher.toString(), "check"));
        assertThat(run.code()).isEqualTo(70);
        assertThat(run.err()).contains("runtime/bin/java: No such file or directory");
    }

    @Test
    void signalsReachJavaAndAreThenDiedBy() throws Exception {
        for (Map.Entry<String, Integer> signal :
                Map.of("INT", 130, "TERM", 143, "HUP", 129).entrySet()) {
            Run run = signalled("trap 'echo caught >&2; exit 1' " + signal.getKey(), signal.getKey());
            assertThat(run.code()).isEqualTo(signal.getValue());
            assertThat(run.err()).contains("caught\n");
        }
    }

    @Test
    void aJavaThatIgnoresSignalsIsKilled() throws Exception {
        Run run = signalled("trap '' TERM", "TERM");

        assertThat(run.code()).isEqualTo(143);
        assertThat(run.took()).isLessThan(Duration.ofSeconds(20));
        assertThat(javaIsGone()).isTrue();
    }

    @Test
    void aKilledLauncherLeavesNoJavaBehind() throws Exception {
        signalled("trap '' TERM HUP", "KILL");
        assertThat(javaIsGone()).isTrue();
    }

    /** Runs Java until its trap is set, and sends the launcher a signal. */
    private Run signalled(String trap, String signal) throws Exception {
        Files.deleteIfExists(folder.resolve("pid"));
        java(trap + "; " + RECORD_PID + "while :; do sleep 0.1; done");
        long begun = System.nanoTime();
        Run.Started started = Run.start(folder, environment(), List.of(launcher.toString(), "check"));
        while (javaPid().isEmpty()) {
            Thread.onSpinWait();
        }
        new ProcessBuilder(
                        "kill", "-" + signal, String.valueOf(started.process().pid()))
                .start()
                .waitFor();
        return started.finish(begun);
    }

    @Test
    void serveBecomesJavaItself() throws Exception {
        java(RECORD_PID + "exit 42");
        Run.Started started = Run.start(folder, environment(), List.of(launcher.toString(), "serve"));
        long pid = started.process().pid();

        assertThat(started.finish(System.nanoTime()).code()).isEqualTo(42);
        assertThat(javaPid()).contains(pid);
    }

    @Test
    void whatReadsItsInputBecomesJavaItself() throws Exception {
        for (String command : List.of("xid", "torch", "explain-oom", "analyze-memory")) {
            Run run = run("echo \"control ${GPUDIAG_CONTROL_FD:-none}\"; exit 7", command);
            assertThat(run.code()).isEqualTo(7);
            assertThat(run.out()).isEqualTo("control none\n");
        }
    }

    @Test
    void whatWatchesHasNoDeadlineAndStillLeavesAJavaThatNeverEnds() throws Exception {
        for (String command : List.of("watch-memory", "advise")) {
            Run run = run(
                    RECORD_PID + "echo \"due ${GPUDIAG_DEADLINE_NANOS:-never}\"; sleep 3; answer 1; kill -STOP $$",
                    command,
                    "--timeout",
                    "100ms");
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.out()).isEqualTo("due never\n");
            assertThat(javaIsGone()).isTrue();
        }
    }

    @Test
    void theProductIsFoundThroughSymbolicLinks() throws Exception {
        java("for argument; do echo \"$argument\"; done; answer 0");
        Path link = Files.createSymbolicLink(folder.resolve("link"), launcher);
        Path second = Files.createSymbolicLink(folder.resolve("second"), link);
        Run run = Run.of(folder, environment(), List.of(second.toString(), "check", "a b", "*", "@x", ""));

        assertThat(run.out().lines())
                .contains("-Dgpudiag.home=" + folder.resolve("product").toRealPath())
                .endsWith("dev.gpudiag.agent.cli.Main", "check", "a b", "*", "@x", "");
    }

    @Test
    void javaSeesNeitherTheCallersInputNorItsJavaOptions() throws Exception {
        java("cat; echo \"[$JAVA_TOOL_OPTIONS$JDK_JAVA_OPTIONS$_JAVA_OPTIONS$GPUDIAG_COLOR]\"; answer 0");
        Run run = shell("echo input | JAVA_TOOL_OPTIONS=-x JDK_JAVA_OPTIONS=-y _JAVA_OPTIONS=-z GPUDIAG_COLOR=1 "
                + launcher + " check");

        assertThat(run.out()).isEqualTo("[]\n");
    }

    private Run run(String script, String... arguments) throws Exception {
        java(script);
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        return Run.of(folder, environment(), command);
    }

    private Run shell(String script) throws Exception {
        return Run.of(folder, environment(), List.of("bash", "-c", script));
    }

    private Map<String, String> environment() {
        return Map.of("PIDFILE", folder.resolve("pid").toString());
    }

    private void java(String script) throws IOException {
        Path java = folder.resolve("product/runtime/bin/java");
        Files.writeString(java, "#!/bin/bash\n" + ANSWER + script + "\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Optional<Long> javaPid() throws IOException {
        Path file = folder.resolve("pid");
        String pid = Files.exists(file) ? Files.readString(file).strip() : "";
        return pid.isEmpty() ? Optional.empty() : Optional.of(Long.parseLong(pid));
    }

    /** Whether the process that played Java ends; a kill takes a moment. */
    private boolean javaIsGone() throws Exception {
        Optional<ProcessHandle> java = ProcessHandle.of(javaPid().orElseThrow());
        if (java.isEmpty()) {
            return true;
        }
        try {
            java.get().onExit().get(10, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }
}
