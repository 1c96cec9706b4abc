package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManPagesCommandTest {

    private final CommandRun command = new CommandRun(new FakeNode(Nodes.node(SampleSource.live())), FakeChecks.heat());

    @TempDir
    private Path folder;

    @Test
    void everyCommandHasAPageWithItsOptions() throws IOException {
        assertThat(pages())
                .contains("gpudiag.1", "gpudiag-check.1", "gpudiag-top.1", "gpudiag-baseline-save.1")
                .doesNotContain("gpudiag-man-pages.1");
        assertThat(Files.readString(folder.resolve("gpudiag-check.1")))
                .contains(".TH \"GPUDIAG\\-CHECK\" 1 \"\" \"gpudiag 1.2.3\"")
                .contains("\\fB\\-\\-watch\\fR")
                .contains(".SH NOTES")
                .contains("\\fBgpudiag\\fR(1)");
    }

    @Test
    void groffHasNoComplaint() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/groff")), "there is no groff");
        List<String> arguments = new ArrayList<>(List.of("groff", "-man", "-ww", "-Tascii", "-z"));
        pages().forEach(page -> arguments.add(folder.resolve(page).toString()));
        Process groff = new ProcessBuilder(arguments).redirectErrorStream(true).start();
        assertThat(new String(groff.getInputStream().readAllBytes(), UTF_8)).isEmpty();
        assertThat(groff.waitFor()).isZero();
    }

    @Test
    void aDirectoryThatIsNotThereIsOneMessage() {
        assertThat(command.run("man-pages", "/nowhere/at/all")).isEqualTo(ExitCodes.CONFIGURATION);
        assertThat(command.err()).startsWith("gpudiag: cannot write /nowhere/at/all/gpudiag.1");
    }

    private List<String> pages() throws IOException {
        assertThat(command.run("man-pages", folder.toString())).isZero();
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }
}
