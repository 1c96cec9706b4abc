package dev.gpudiag.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The product in a real terminal: what it shows, and that the terminal comes back whatever happens. */
class TerminalIT {

    private static final Path GPUDIAG =
            Path.of(System.getProperty("gpudiag.product")).resolve("bin/gpudiag");

    @TempDir
    private Path folder;

    @BeforeAll
    static void tmuxIsThere() {
        boolean there = Files.isExecutable(Path.of("/usr/bin/tmux"));
        if (!there) {
            System.err.println("TerminalIT is skipped: there is no tmux");
        }
        assumeTrue(there);
    }

    /** How a live command may end. */
    enum End {
        KEY_Q,
        CTRL_C,
        LAUNCHER_KILLED,
        JAVA_KILLED,
        KEEPER_KILLED,
        ALL_KILLED,
        LAUNCHER_TERMINATED,
        LAUNCHER_HUNG_UP,
        JAVA_STOPPED
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void theTerminalIsAsItWasHoweverTopEnds(End end) throws Exception {
        try (Tmux terminal = new Tmux(folder, 100, 30)) {
            String before = terminal.modes();
            terminal.line(GPUDIAG + " top --simulate t4 --interval 500ms");
            Tmux.await(() -> terminal.taken() && terminal.screen().contains("0000:3b:00.0  5"));
            assertThat(terminal.cursorShown()).isFalse();
            List<ProcessHandle> programs = terminal.programs();
            assertThat(programs).hasSize(3);

            end(end, terminal, programs);
            Tmux.await(() -> !terminal.taken());

            assertThat(terminal.lastCode()).isEqualTo(code(end));
            assertThat(terminal.cursorShown()).isTrue();
            assertThat(terminal.modes()).isEqualTo(before);
            Tmux.await(() -> programs.stream().noneMatch(ProcessHandle::isAlive));
        }
    }

    private static void end(End end, Tmux terminal, List<ProcessHandle> programs) throws Exception {
        ProcessHandle java = programs.stream()
                .filter(program -> program.info().command().orElse("").endsWith("java"))
                .findFirst()
                .orElseThrow();
        ProcessHandle launcher = java.parent().orElseThrow();
        ProcessHandle keeper = programs.stream()
                .filter(program -> !program.equals(java) && !program.equals(launcher))
                .findFirst()
                .orElseThrow();
        switch (end) {
            case KEY_Q -> terminal.key("q");
            case CTRL_C -> terminal.key("C-c");
            case LAUNCHER_KILLED -> kill("KILL", launcher.pid());
            case JAVA_KILLED -> kill("KILL", java.pid());
            case KEEPER_KILLED -> {
                kill("KILL", keeper.pid());
                terminal.key("q");
            }
            case ALL_KILLED -> kill("KILL", -launcher.pid()); // what the shell calls the job
            case LAUNCHER_TERMINATED -> kill("TERM", launcher.pid());
            case LAUNCHER_HUNG_UP -> kill("HUP", launcher.pid());
            case JAVA_STOPPED -> {
                kill("STOP", java.pid());
                terminal.key("C-c");
            }
        }
    }

    private static int code(End end) {
        return switch (end) {
            case KEY_Q, CTRL_C, KEEPER_KILLED -> 0;
            case JAVA_KILLED -> 3;
            case LAUNCHER_KILLED, ALL_KILLED -> 137;
            case LAUNCHER_TERMINATED -> 143;
            case LAUNCHER_HUNG_UP -> 129;
            case JAVA_STOPPED -> 130;
        };
    }

    private static void kill(String signal, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + signal, "--", String.valueOf(pid))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void topFollowsTheSizeOfItsWindow() throws Exception {
        try (Tmux terminal = new Tmux(folder, 120, 30)) {
            terminal.line(GPUDIAG + " top --simulate healthy-h100x8 --interval 500ms");
            Tmux.await(() -> terminal.screen().contains("SM MHZ"));
            terminal.resize(60, 12);
            Tmux.await(() ->
                    !terminal.screen().contains("SM MHZ") && terminal.screen().contains("more: v shows GPUs alone"));
            terminal.resize(120, 30);
            Tmux.await(() -> terminal.screen().contains("SM MHZ"));
            terminal.resize(20, 3);
            Tmux.await(() -> terminal.screen().strip().endsWith("by GPU, every 0.5 s"));
            terminal.key("q");
            Tmux.await(() -> !terminal.taken());
        }
    }

    @Test
    void topIsSuspendedAndGoesOn() throws Exception {
        try (Tmux terminal = new Tmux(folder, 100, 30)) {
            String before = terminal.modes();
            terminal.line(GPUDIAG + " top --simulate t4 --interval 500ms");
            Tmux.await(() -> terminal.taken() && terminal.screen().contains("0000:3b:00.0"));
            terminal.key("C-z");
            Tmux.await(() -> !terminal.taken() && terminal.screen().contains("Stopped"));
            assertThat(terminal.cursorShown()).isTrue();
            assertThat(terminal.modes()).isEqualTo(before);
            terminal.line("fg");
            Tmux.await(() -> terminal.taken() && terminal.screen().contains("0000:3b:00.0"));
            terminal.key("q");
            Tmux.await(() -> !terminal.taken());
            assertThat(terminal.modes()).isEqualTo(before);
        }
    }

    @Test
    void aGpuThatHangsHoldsNeitherTheOthersNorTheKeys() throws Exception {
        try (Tmux terminal = new Tmux(folder, 120, 30)) {
            terminal.line(GPUDIAG + " top --simulate gpu-hung --interval 500ms");
            Tmux.await(() -> terminal.screen().contains("UNRESPONSIVE  no answer from nvmlDevice"));
            assertThat(terminal.screen()).contains("0000:5d:00.0  7");
            terminal.key("q");
            Tmux.await(() -> !terminal.taken());
            assertThat(terminal.lastCode()).isZero();
        }
    }

    @Test
    void wrongUsageIsReadOnTheTerminal() throws Exception {
        try (Tmux terminal = new Tmux(folder, 100, 30)) {
            terminal.line(GPUDIAG + " top --sorted");
            assertThat(terminal.lastCode()).isEqualTo(64);
            assertThat(terminal.screen()).contains("no option '--sorted'; did you mean '--sort'?");
        }
    }

    @Test
    void aWatchedCheckStandsInPlaceAndItsLastReportStays() throws Exception {
        try (Tmux terminal = new Tmux(folder, 100, 40)) {
            String before = terminal.modes();
            terminal.line(GPUDIAG + " check --watch --every 500ms --simulate ecc-uncorrected");
            Tmux.await(() -> terminal.taken() && terminal.screen().contains("CRITICAL  every"));
            terminal.key("C-c");
            Tmux.await(() -> !terminal.taken());
            assertThat(terminal.lastCode()).isEqualTo(2);
            assertThat(terminal.screen()).contains("CRITICAL  ecc");
            assertThat(terminal.cursorShown()).isTrue();
            assertThat(terminal.modes()).isEqualTo(before);
        }
    }

    @Test
    void aPipeThatIsClosedEndsAWatchedCheckQuietlyAtOnce() throws Exception {
        Run run = bash(GPUDIAG + " check --watch --every 1h --simulate t4 | head -1; echo ${PIPESTATUS[*]}");
        assertThat(run.out()).matches("== .*Z\n141 0\n");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void anInterruptedWatchThatIsPipedEndsWithTheLastVerdict() throws Exception {
        Run.Started watching = Run.start(
                folder,
                Map.of(),
                List.of(GPUDIAG.toString(), "check", "--watch", "--every", "1h", "--simulate", "ecc-uncorrected"));
        Tmux.await(() -> Files.readString(watching.out()).contains("CRITICAL: "));
        kill("INT", watching.process().pid());
        Run run = watching.finish(System.nanoTime());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).isEmpty();
    }

    @Test
    void topInAPipePrintsOnceAndPlain() throws Exception {
        Run run = bash(GPUDIAG + " top --simulate t4 | head -1; echo ${PIPESTATUS[1]}");
        assertThat(run.out())
                .startsWith("gpudiag top on sim-t4")
                .endsWith("\n0\n")
                .doesNotContain("\u001b");
        assertThat(run.err()).isEmpty();
    }

    private Run bash(String script) throws Exception {
        return Run.of(folder, Map.of("TERM", "xterm"), List.of("bash", "-c", script));
    }
}
