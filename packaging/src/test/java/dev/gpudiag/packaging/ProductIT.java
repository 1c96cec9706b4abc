package dev.gpudiag.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The product with its own Java. */
class ProductIT {

    private static final Path PRODUCT = Path.of(System.getProperty("gpudiag.product"));

    @TempDir
    private Path folder;

    @Test
    void itSaysWhatItIs() throws Exception {
        Run run = gpudiag("version");
        assertThat(run.code()).isZero();
        assertThat(run.out()).startsWith("gpudiag 0.").contains("java    25");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void aFlagThatIsNotThereIsWrongUsage() throws Exception {
        Run run = gpudiag("check", "--bogus");
        assertThat(run.code()).isEqualTo(64);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("gpudiag: no option '--bogus'\n");
    }

    @Test
    void everyCheckIsListed() throws Exception {
        Run run = gpudiag("list");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("driver ").contains("devices ").contains("ecc ");
    }

    @Test
    void theFirstLineIsEnough() throws Exception {
        Run run = Run.of(folder, Map.of(), List.of("bash", "-c", PRODUCT.resolve("bin/gpudiag") + " list | head -1"));
        assertThat(run.code()).isZero();
        assertThat(run.out().lines()).hasSize(1);
        assertThat(run.err()).isEmpty();
    }

    @Test
    void aLogOnStandardInputIsRead() throws Exception {
        String log = "x\\n[1.0] NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.\\n";
        Run run = Run.of(
                folder,
                Map.of(),
                List.of("bash", "-c", "printf '" + log + "' | " + PRODUCT.resolve("bin/gpudiag") + " xid"));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).startsWith("CRITICAL line 2 ").endsWith("2 lines read, 1 CRITICAL\n");
    }

    @Test
    void aDriverThatHangsIsAVerdictAndTheShellIsGivenBack() throws Exception {
        Run run = gpudiag("check", "--simulate", "driver-hung", "--timeout", "3s");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).contains("SIMULATED").contains("driver does not answer");
        assertThat(run.out().replaceAll("\\s+", " ")).contains("probably because of the Xid 119 (0000:5d:00.0)");
        assertThat(run.took()).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void aDriverThatCrashesSaysSoAndLeavesNoFile() throws Exception {
        String healthy = Files.readString(PRODUCT.resolve("simulator/scenarios/healthy-h100x8.scenario"));
        Path scenario = Files.createTempFile(folder, "out", ".scenario");
        Files.writeString(scenario, healthy + "\n[driver]\ncrash.nvmlSystemGetDriverVersion = every call\n");
        Run run = gpudiag("check", "--simulate", scenario.toString());

        assertThat(run.code()).as(run.out() + run.err()).isEqualTo(3);
        assertThat(run.err()).contains("a native library crashed").doesNotContain("Java Runtime Environment");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .allMatch(name -> name.startsWith("out") || name.startsWith("err"));
        }
    }

    @Test
    void nothingIsLeftInTheWorkingDirectory() throws Exception {
        gpudiag("check", "--replay", "nowhere.xml");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .allMatch(name -> name.startsWith("out") || name.startsWith("err"));
        }
    }

    @Test
    void itStandsOnItsOwn() {
        assertThat(PRODUCT.resolve("runtime/bin/java")).isExecutable();
        assertThat(PRODUCT.resolve("lib/native/libjnidispatch.so")).isRegularFile();
        assertThat(PRODUCT.resolve("simulator/libnvidia-ml.so.1")).isRegularFile();
        assertThat(PRODUCT.resolve("share/check.schema.json")).isRegularFile();
        assertThat(PRODUCT.resolve("share/top.schema.json")).isRegularFile();
        assertThat(PRODUCT.resolve("share/man/man1/gpudiag-check.1")).isNotEmptyFile();
        assertThat(PRODUCT.resolve("share/completions/gpudiag.bash")).isNotEmptyFile();
    }

    private Run gpudiag(String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(PRODUCT.resolve("bin/gpudiag").toString()));
        command.addAll(List.of(arguments));
        return Run.of(folder, Map.of("PATH", "/usr/bin:/bin", "JAVA_HOME", ""), command);
    }
}
