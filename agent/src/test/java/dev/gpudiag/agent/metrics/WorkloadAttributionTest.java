package dev.gpudiag.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.Reading;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Whose series are whose: own names by workload, DCGM's by pod. */
class WorkloadAttributionTest {

    private static final MetricOptions OPTIONS =
            new MetricOptions(true, true, 100, true, false, 20_000, Optional.empty());
    private static final String TRAINER = "gpu=\"0\",uuid=\"GPU-0\",workload_container=\"main\","
            + "workload_kind=\"kubernetes_pod\",workload_name=\"ml/trainer (main)\",workload_namespace=\"ml\","
            + "workload_pod=\"trainer\"}";

    @Test
    void theProcessesOfOneContainerAreOneWorkload() {
        String page = new CrowdedNode()
                .gpu(0, 0, CrowdedNode.process(1, 0, 1000), CrowdedNode.process(2, 0, 500))
                .pod(1, "ml", "trainer", "main")
                .pod(2, "ml", "trainer", "main")
                .page(OPTIONS);

        assertThat(page)
                .contains("gpudiag_workload_memory_used_bytes{" + TRAINER + " 1500.0\n")
                .contains("gpudiag_workload_utilization_ratio{" + TRAINER + " 0.5\n")
                .contains("gpudiag_workload_processes{" + TRAINER + " 2.0\n");
    }

    @Test
    void aSumOfWhichAPartIsUnknownIsAbsent() {
        ComputeProcess silent = new ComputeProcess(
                2,
                ComputeProcess.Type.COMPUTE,
                Optional.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Reading.missing(Reading.Reason.NOT_SUPPORTED, "test", ""),
                Reading.notRead("test"));
        String page = new CrowdedNode()
                .gpu(0, 0, CrowdedNode.process(1, 0, 1000), silent)
                .pod(1, "ml", "trainer", "main")
                .pod(2, "ml", "trainer", "main")
                .page(OPTIONS);

        assertThat(page)
                .doesNotContain("gpudiag_workload_memory_used_bytes")
                .contains("gpudiag_workload_processes{" + TRAINER + " 2.0\n");
    }

    @Test
    void aPodThatWasGivenAGpuAndRunsNothingIsThereWithoutMemory() {
        String page = new CrowdedNode()
                .gpu(0, 0)
                .given("ml", "trainer", "main", true, "GPU-0")
                .given("ml", "ended", "main", false, "GPU-0")
                .page(OPTIONS);

        assertThat(page)
                .contains("gpudiag_workload_info{" + TRAINER + " 1\n")
                .contains("gpudiag_workload_processes{" + TRAINER + " 0.0\n")
                .doesNotContain("gpudiag_workload_memory_used_bytes")
                .doesNotContain("pod=\"ended\"");
    }

    @Test
    void dcgmsSeriesNameThePodThatTheKubeletGaveTheGpuTo() {
        String page = new CrowdedNode()
                .gpu(0, 0, CrowdedNode.process(1, 0, 1000))
                .gpu(1, 0)
                .pod(1, "ml", "somebody", "else")
                .given("ml", "trainer", "main", true, "GPU-0")
                .page(OPTIONS);

        assertThat(series(page, "DCGM_FI_DEV_GPU_UTIL"))
                .containsExactly(
                        "DCGM_FI_DEV_GPU_UTIL{DCGM_FI_DRIVER_VERSION=\"\",Hostname=\"node\",UUID=\"GPU-0\","
                                + "container=\"main\",device=\"nvidia0\",gpu=\"0\",modelName=\"NVIDIA H100 80GB HBM3\","
                                + "namespace=\"ml\",pci_bus_id=\"00000000:00:00.0\",pod=\"trainer\"} 50.0",
                        "DCGM_FI_DEV_GPU_UTIL{DCGM_FI_DRIVER_VERSION=\"\",Hostname=\"node\",UUID=\"GPU-1\","
                                + "device=\"nvidia1\",gpu=\"1\",modelName=\"NVIDIA H100 80GB HBM3\","
                                + "pci_bus_id=\"00000000:01:00.0\"} 50.0");
    }

    @Test
    void aSharedGpuHasASeriesForEachPod() {
        String page = new CrowdedNode()
                .gpu(0, 0)
                .given("ml", "a", "main", true, "GPU-0::0")
                .given("ml", "b", "main", true, "GPU-0::1")
                .page(OPTIONS);

        assertThat(series(page, "DCGM_FI_DEV_GPU_UTIL"))
                .hasSize(2)
                .anyMatch(line -> line.contains("pod=\"a\""))
                .anyMatch(line -> line.contains("pod=\"b\""));
    }

    @Test
    void aMigDeviceIsItsPodsAndTheGpuIsNobodys() {
        String page = new CrowdedNode()
                .gpu(0, 2, CrowdedNode.process(1, 2, 1000))
                .pod(1, "ml", "holder", "main")
                .given("ml", "trainer", "main", true, "MIG-0-0")
                .page(OPTIONS);

        assertThat(series(page, "DCGM_FI_DEV_FB_USED"))
                .hasSize(2)
                .anyMatch(line -> line.contains("GPU_I_ID=\"1\"") && line.contains("pod=\"trainer\""))
                .anyMatch(line -> line.contains("GPU_I_ID=\"2\"") && line.contains("pod=\"holder\""));
        assertThat(series(page, "DCGM_FI_DEV_GPU_UTIL"))
                .singleElement()
                .satisfies(line -> assertThat(line).doesNotContain("pod="));
        assertThat(page)
                .containsPattern("gpudiag_workload_info\\{gpu=\"0\",gpu_instance=\"1\"[^}]*workload_pod=\"trainer\"")
                .containsPattern("gpudiag_workload_info\\{gpu=\"0\",gpu_instance=\"2\"[^}]*workload_pod=\"holder\"");
    }

    private static List<String> series(String page, String name) {
        return page.lines().filter(line -> line.startsWith(name + "{")).toList();
    }
}
