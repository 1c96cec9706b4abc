package dev.gpudiag.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** A terminal with bash in it, on a tmux server of its own. */
final class Tmux implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;
    private int marks;

    Tmux(Path folder, int columns, int rows) throws Exception {
        this.folder = folder;
        String shell = "env PS1='$ ' LC_ALL=C.UTF-8 bash --norc --noprofile";
        tmux("-u", "new-session", "-d", "-x", "" + columns, "-y", "" + rows, shell);
        await(() -> screen().contains("$"));
    }

    /** Types a line into the shell. */
    void line(String text) throws Exception {
        tmux("send-keys", "-l", text);
        tmux("send-keys", "Enter");
    }

    /** Presses a key by tmux's name. */
    void key(String name) throws Exception {
        tmux("send-keys", name);
    }

    void resize(int columns, int rows) throws Exception {
        tmux("resize-window", "-x", "" + columns, "-y", "" + rows);
    }

    String screen() throws Exception {
        return tmux("capture-pane", "-p");
    }

    /** Whether a program has taken a screen of its own. */
    boolean taken() throws Exception {
        return tmux("display", "-p", "#{alternate_on}").strip().equals("1");
    }

    boolean cursorShown() throws Exception {
        return tmux("display", "-p", "#{cursor_flag}").strip().equals("1");
    }

    /** What the shell runs, and what that has started. */
    List<ProcessHandle> programs() throws Exception {
        long shell = Long.parseLong(tmux("display", "-p", "#{pane_pid}").strip());
        return ProcessHandle.of(shell).orElseThrow().descendants().toList();
    }

    /** The modes of the terminal, as the shell sees them. */
    String modes() throws Exception {
        Path file = folder.resolve("modes" + ++marks);
        line("stty -g > " + file);
        await(() -> Files.exists(file) && Files.size(file) > 0);
        return Files.readString(file);
    }

    /** The exit code of the last program, asked of the shell. */
    int lastCode() throws Exception {
        Path file = folder.resolve("code" + ++marks);
        line("echo $? > " + file);
        await(() -> Files.exists(file) && Files.size(file) > 0);
        return Integer.parseInt(Files.readString(file).strip());
    }

    static void await(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("waited for %s", PATIENCE).isLessThan(end);
        }
    }

    private String tmux(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("tmux", "-S", folder.resolve("tmux.sock").toString(), "-f", "/dev/null"));
        command.addAll(List.of(arguments));
        Run run = Run.of(folder, Map.of("TMUX", "", "TERM", "xterm-256color"), command);
        assertThat(run.code()).as("%s: %s", command, run.err()).isZero();
        return run.out();
    }

    @Override
    public void close() throws IOException {
        try {
            tmux("kill-server");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
