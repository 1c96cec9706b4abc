package dev.gpudiag.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.DeviceNode;
import dev.gpudiag.telemetry.DeviceNode.Kind;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NvmlPrecheckTest {

    @TempDir
    private Path directory;

    @Test
    void aHostWithoutTheModuleIsRefused() {
        assertThat(NvmlPrecheck.refusal(HostTree.plain(directory).probe()))
                .contains("nvmlInit not called: the nvidia kernel module is not loaded"
                        + " (/proc/modules, /sys/module/nvidia)");
    }

    @Test
    void aLoadedModuleIsNot() {
        HostState host = HostTree.plain(directory).loadedModule("550.54.15").probe();

        assertThat(NvmlPrecheck.refusal(host)).isEmpty();
    }

    @Test
    void underWslThereIsNoModuleToLookFor() {
        HostState host = HostTree.plain(directory).file("dev/dxg", "").probe();

        assertThat(NvmlPrecheck.refusal(host)).isEmpty();
    }

    @Test
    void aSandboxThatShowsNoModulesIsJudgedByItsControlNode() throws IOException {
        HostTree tree = HostTree.plain(directory);
        Files.delete(directory.resolve("proc/modules"));
        Files.delete(directory.resolve("sys/module/overlay"));
        Files.delete(directory.resolve("sys/module"));
        HostState without = tree.probe();

        assertThat(without.readings().get(HostQuantities.MODULE_LOADED).reason())
                .contains(Reason.FAILED);
        assertThat(NvmlPrecheck.refusal(without))
                .contains("nvmlInit not called: neither an nvidia kernel module nor /dev/nvidiactl can be seen");
        assertThat(NvmlPrecheck.refusal(withControlNode(Kind.CHARACTER_DEVICE))).isEmpty();
        assertThat(NvmlPrecheck.refusal(withControlNode(Kind.ABSENT))).isPresent();
    }

    private static HostState withControlNode(Kind kind) {
        return new HostState(
                Readings.empty(),
                Reading.notRead(""),
                Reading.of(List.of(new DeviceNode("/dev/nvidiactl", kind, 195, 255, true)), "/dev"),
                Reading.notRead(""),
                Map.of(),
                false);
    }

    @Test
    void nvmlsOwnReadingsWinOverTheHosts() {
        HostState host = HostTree.plain(directory).probe();
        Readings nvml = Readings.builder()
                .put(HostQuantities.HOSTNAME, "from-nvml", "test")
                .build();

        assertThat(host.with(Reading.of(true, "nvmlInit_v2"), nvml)
                        .get(HostQuantities.HOSTNAME)
                        .value())
                .contains("from-nvml");
    }

    @Test
    void processorAndMemoryOfThisMachineAreKnown() {
        Readings facts = new HostFacts().read();

        assertThat(facts.value(HostQuantities.PROCESSOR_COUNT))
                .hasValueSatisfying(count -> assertThat(count).isPositive());
        assertThat(facts.value(HostQuantities.HOST_MEMORY_TOTAL))
                .hasValueSatisfying(total -> assertThat(total)
                        .isGreaterThan(facts.value(HostQuantities.HOST_MEMORY_AVAILABLE)
                                .orElseThrow()));
    }
}
