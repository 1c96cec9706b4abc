package dev.gpudiag.agent.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.agent.host.kubelet.DeviceCheckpoint;
import dev.gpudiag.telemetry.DeviceAllocation;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulatedKubeletTest {

    private static final String NODE = """
            [driver]
            version = 550.54.15
            [gpu 0]
            uuid = GPU-0
            pci_bus_id = 0000:3b:00.0
            [gpu 1]
            uuid = GPU-1
            pci_bus_id = 0000:3c:00.0
            """;

    @TempDir
    private Path directory;

    private Reading<List<DeviceAllocation>> read(String sections) throws IOException {
        Path file = Files.writeString(directory.resolve("x.scenario"), NODE + sections);
        try (SimulatedHost host = SimulatedHost.layOut(Scenario.read(file))) {
            return new DeviceCheckpoint(new HostRoot(host.root())).read();
        }
    }

    @Test
    void containersHaveTheirGpusAndTheKubeletCountsAll() throws IOException {
        List<DeviceAllocation> allocations =
                read("[container ml/a-0/main]\ngpus = 0, 1\n[container ml/b-0/main]\ngpus = 1\nended = yes\n")
                        .value()
                        .orElseThrow();

        assertThat(allocations)
                .extracting(DeviceAllocation::deviceIds)
                .containsExactly(List.of("GPU-0", "GPU-1"), List.of("GPU-1"), List.of("GPU-0", "GPU-1"));
        assertThat(allocations.getFirst().workload().describe()).isEqualTo("pod ml/a-0 (main)");
        assertThat(allocations.getFirst().running()).contains(true);
        assertThat(allocations.get(1).running()).contains(false);
    }

    @Test
    void sharesOfATimeSlicedGpuAreNumbered() throws IOException {
        assertThat(read("[container ml/a-0/main]\ngpus = 0\nshare = 1\n")
                        .value()
                        .orElseThrow())
                .extracting(DeviceAllocation::deviceIds)
                .containsExactly(List.of("GPU-0::1"), List.of("GPU-0::0", "GPU-0::1", "GPU-1::0", "GPU-1::1"));
    }

    @Test
    void nodeWithoutContainersHasNoKubelet() throws IOException {
        assertThat(read("").reason()).contains(Reason.NOT_SUPPORTED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[container main] | not NAMESPACE/POD/CONTAINER",
                "[container ../../x/y] | not NAMESPACE/POD/CONTAINER",
                "[container a/b/c] | gpus is missing",
            })
    void containerThatIsNotDescribedIsRefusedWithItsLine(String section, String message) {
        assertThatThrownBy(() -> read(section + "\n"))
                .isInstanceOf(ScenarioException.class)
                .hasMessageContaining("x.scenario:9")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gpus = 2 | there is no GPU 2",
                "gpus = first | indices of GPUs",
                "gpus = 0 share | indices of GPUs",
                "gpu = 0 | unknown key 'gpu'",
            })
    void valueThatIsWrongIsRefusedWithItsLine(String line, String message) {
        assertThatThrownBy(() -> read("[container a/b/c]\n" + line + "\n"))
                .isInstanceOf(ScenarioException.class)
                .hasMessageContaining("x.scenario:10")
                .hasMessageContaining(message);
    }
}
