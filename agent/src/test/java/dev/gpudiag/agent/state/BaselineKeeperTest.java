package dev.gpudiag.agent.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleHistory;
import dev.gpudiag.telemetry.SampleSource;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaselineKeeperTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @TempDir
    private Path directory;

    private static GpuSample gpu(Readings.Builder facts, int linksUp) {
        List<Readings> links = new ArrayList<>();
        for (int link = 0; link < 4; link++) {
            links.add(Readings.builder()
                    .put(GpuQuantities.NVLINK_ACTIVE, link < linksUp, "nvml")
                    .build());
        }
        return new GpuSample(
                new GpuIdentity(0, Optional.of("GPU-1"), Optional.of("0000:10:00.0"), Optional.of("H100")),
                NOW,
                GpuCondition.answering(),
                facts.put(GpuQuantities.NVLINK_COUNT, 4L, "nvml").build(),
                links,
                Reading.of(List.of(), "nvml"),
                Reading.of(List.of(), "nvml"));
    }

    private static Readings.Builder vbios() {
        return Readings.builder().put(GpuQuantities.VBIOS_VERSION, "96.00", "nvml");
    }

    /** What a keeper does with this GPU, judged against what it has saved. */
    private Optional<Baseline> saved(GpuSample gpu) {
        BaselineStore store = new BaselineStore(directory);
        DriverState driver = new DriverState(
                Reading.of(true, "nvmlInit_v2"),
                Readings.builder()
                        .put(HostQuantities.DRIVER_VERSION, "550.54.15", "nvml")
                        .build(),
                Reading.of(
                        List.of(new PciDevice("0000:10:00.0", 0x10de, 0x2330, 0x030200, Optional.of("nvidia"))),
                        "/sys/bus/pci/devices"),
                Reading.of(List.of(), "/dev"));
        NodeSample sample = new NodeSample(NOW, SampleSource.live(), driver, List.of(gpu));
        try (StateWriter writer = new StateWriter(new StateHealth())) {
            new BaselineKeeper(store, writer)
                    .see(new CheckRunner(CheckCatalog.all())
                            .run(new Evidence(
                                    sample,
                                    SampleHistory.none(),
                                    Settings.defaults(),
                                    store.load().baseline())));
            assertThat(writer.await(Duration.ofSeconds(20))).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return store.load().baseline();
    }

    @Test
    void aNodeThatIsWellIsSaved() {
        Baseline baseline = saved(gpu(vbios(), 4)).orElseThrow();

        assertThat(baseline.members().getFirst().facts())
                .containsEntry("vbios_version", "96.00")
                .containsEntry("nvlinks_up", "4");
    }

    @Test
    void aLinkThatIsLostIsNeverSavedOverTheBaseline() {
        Baseline before = saved(gpu(vbios(), 4)).orElseThrow();

        assertThat(saved(gpu(vbios(), 3))).contains(before);
    }

    @Test
    void aSampleThatKnowsLessIsNotSavedOverOneThatKnowsMore() {
        Baseline before = saved(gpu(vbios(), 4)).orElseThrow();

        assertThat(saved(gpu(Readings.builder(), 4))).contains(before);
    }

    @Test
    void factsThatWereNotKnownBeforeAreAdded() {
        saved(gpu(Readings.builder(), 4));

        assertThat(saved(gpu(vbios(), 4)).orElseThrow().members().getFirst().facts())
                .containsEntry("vbios_version", "96.00");
    }
}
