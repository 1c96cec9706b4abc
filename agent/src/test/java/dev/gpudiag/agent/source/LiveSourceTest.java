package dev.gpudiag.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gpudiag.agent.sampling.NodeSampler;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The live source in hosts without a GPU that a test lays out, with NVIDIA's own libraries. */
class LiveSourceTest {

    private static final Path REAL = Path.of(System.getProperty("gpudiag.real-nvml"));
    private static final Duration SECONDS = Duration.ofSeconds(5);

    @TempDir
    private Path root;

    @Test
    void aHostWithoutGpuAndLibraryIsSkipped() throws IOException {
        layOutHost();

        Report report = judge(sample(Optional.empty()));

        assertThat(report.result("driver")).hasValueSatisfying(driver -> {
            assertThat(driver.status()).isEqualTo(Status.SKIPPED);
            assertThat(driver.summary()).isEqualTo("no NVIDIA hardware");
        });
        assertThat(report.exitCode()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"535,535.309.01", "470,470.256.02"})
    void aRealLibraryWithoutItsDriverIsNotInitialisedAndTellsItsVersion(String branch, String version)
            throws IOException {
        assumeTrue(Files.exists(REAL.resolve(".complete")), "the real NVML is not there: real-nvml.sh brings it");
        layOutHost();

        NodeSample sample = sample(Optional.of(REAL.resolve(branch)));
        CheckResult driver = judge(sample).result("driver").orElseThrow();

        assertThat(sample.driver().get(HostQuantities.LIBRARY_VERSION).value()).contains(version);
        assertThat(sample.driver().nvml().describe()).startsWith("nvmlInit not called");
        assertThat(driver.status()).isEqualTo(Status.CRITICAL);
        assertThat(driver.summary()).contains("driver not loaded").contains(version);
        assertThat(Path.of("/dev/nvidiactl")).doesNotExist();
    }

    @Test
    void aLibraryThatIsNoneIsOneMessage() throws IOException {
        layOutHost();
        Path text = Files.writeString(root.resolve("libnvidia-ml.so.1"), "not a library");

        assertThatThrownBy(() -> new LiveSource(Optional.of(text), root, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text.toString());
    }

    @Test
    void aHostRootWithoutProcIsOneMessage() {
        assertThatThrownBy(() -> new LiveSource(Optional.empty(), root, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("proc");
    }

    private void layOutHost() throws IOException {
        Files.createDirectories(root.resolve("proc/sys/kernel"));
        Files.createDirectories(root.resolve("sys/bus/pci/devices"));
        Files.createDirectories(root.resolve("sys/module"));
        Files.createDirectories(root.resolve("dev"));
        Files.writeString(root.resolve("proc/modules"), "ext4 1 1 - Live 0x0\n");
        Files.writeString(root.resolve("proc/sys/kernel/osrelease"), "6.8.0-test\n");
    }

    private NodeSample sample(Optional<Path> library) {
        try (NodeSampler sampler = new LiveSource(library, root, Map.of()).sampler(false, SECONDS)) {
            return sampler.sample(SECONDS, SECONDS);
        }
    }

    private static Report judge(NodeSample sample) {
        return new CheckRunner(CheckCatalog.all()).run(Evidence.of(sample));
    }
}
