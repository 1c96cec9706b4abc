package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.telemetry.SampleSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionCommandTest {

    private final CommandRun command = new CommandRun(new FakeNode(Nodes.node(SampleSource.live())), FakeChecks.heat());

    @TempDir
    private Path folder;

    @Test
    void bashCompletesCommandsChecksScenariosAndSettings() throws Exception {
        assertThat(completed("gpudiag che")).containsExactly("check");
        assertThat(completed("gpudiag check --skip ")).contains("heat");
        assertThat(completed("gpudiag check --simulate gpu-l")).containsExactly("gpu-lost");
        assertThat(completed("gpudiag check --set heat.")).containsExactly("heat.limit=");
        assertThat(completed("gpudiag check --form")).containsExactly("--format");
        assertThat(completed("gpudiag top --sort me")).containsExactly("memory");
        assertThat(completed("gpudiag man")).isEmpty();
    }

    @Test
    void fishIsToldTheSame() {
        assertThat(command.run("completion", "fish")).isZero();
        assertThat(command.out())
                .contains("complete -c gpudiag -n __fish_use_subcommand -a check -d 'Say what is wrong")
                .contains("-l simulate -x -a 'gpu-hung gpu-lost'")
                .contains("-n '__fish_seen_subcommand_from check' -a 'heat'")
                .doesNotContain("man-pages");
        assertThat(command.out().lines()).allMatch(line -> line.startsWith("complete -c gpudiag "));
    }

    @Test
    void anotherShellIsWrongUsage() {
        assertThat(command.run("completion", "tcsh")).isEqualTo(ExitCodes.USAGE);
        assertThat(command.run("completion")).isEqualTo(ExitCodes.USAGE);
    }

    /** What a real bash would offer at the end of a line. */
    private List<String> completed(String line) throws Exception {
        assertThat(command.run("completion", "bash")).isZero();
        Path script = Files.writeString(folder.resolve("completion"), command.out());
        String words =
                "source " + script + "\ncompopt() { :; }; COMP_WORDBREAKS=\" \"; read -ra COMP_WORDS <<< \"$1\"; "
                        + "[[ \"$1\" == *' ' ]] && COMP_WORDS+=(\"\"); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); COMP_LINE=$1; "
                        + "f=$(complete -p gpudiag | sed 's/.*-F \\([^ ]*\\).*/\\1/'); $f; printf '%s\\n' \"${COMPREPLY[@]}\"";
        Process bash = new ProcessBuilder("bash", "--norc", "-c", words, "bash", line)
                .redirectErrorStream(true)
                .start();
        String out = new String(bash.getInputStream().readAllBytes(), UTF_8);
        return out.lines().map(String::strip).filter(word -> !word.isEmpty()).toList();
    }
}
