package dev.gpudiag.agent.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.SampleSource;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;

class CapturesTest {

    static Stream<Path> files() throws Exception {
        return Captures.files();
    }

    @Test
    void allCapturesAreThere() throws Exception {
        long listed =
                Captures.csv(Captures.files()
                                .findFirst()
                                .orElseThrow()
                                .resolve("../../SOURCES.csv")
                                .normalize())
                        .stream()
                        .filter(row -> row.get(1).equals("nvidia-smi-xml"))
                        .count();
        assertThat(Captures.files().count()).isEqualTo(listed).isGreaterThan(40);
    }

    @ParameterizedTest
    @MethodSource("files")
    void noElementIsUnknown(Path file) throws Exception {
        assertThat(Replay.open(file).unknownElements()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    void identityAndMemoryAreWhatTheFileSays(Path file) throws Exception {
        Element log = Captures.document(file);
        List<GpuSample> gpus = Replay.open(file).sample().gpus();
        List<Element> elements = Captures.gpus(log);
        assertThat(gpus).hasSameSizeAs(elements);
        for (int i = 0; i < gpus.size(); i++) {
            GpuSample gpu = gpus.get(i);
            Element element = elements.get(i);
            assertThat(gpu.identity().index()).isEqualTo(i);
            assertThat(gpu.identity().uuid()).isEqualTo(Captures.text(element, "uuid"));
            assertThat(gpu.identity().name()).isEqualTo(Captures.text(element, "product_name"));
            assertThat(gpu.value(GpuQuantities.MEMORY_TOTAL)).isEqualTo(memoryTotal(element));
            assertThat(gpu.identity().pciBusId()).isEqualTo(pciBusId(element.getAttribute("id")));
        }
    }

    private static Optional<Long> memoryTotal(Element gpu) {
        return Captures.text(gpu, "fb_memory_usage/total")
                .or(() -> Captures.text(gpu, "memory_usage/total"))
                .filter(text -> text.matches("\\d+ Mi?B"))
                .map(text -> Long.parseLong(text.replaceAll(" .*", "")) << 20);
    }

    private static Optional<String> pciBusId(String id) {
        return id.isEmpty()
                ? Optional.empty()
                : Optional.of(id.toLowerCase(java.util.Locale.ROOT).replaceFirst("^0000(?=0000:)", ""));
    }

    @ParameterizedTest
    @MethodSource("files")
    void theListOfSourcesAgrees(Path file) throws Exception {
        List<String> row = Captures.csv(Captures.folder().resolve("SOURCES.csv")).stream()
                .filter(fields -> fields.getFirst().equals("nvidia-smi-xml/" + file.getFileName()))
                .findFirst()
                .orElseThrow();
        Replay replay = Replay.open(file);
        assertThat(replay.sample().gpus()).hasSize(Integer.parseInt(row.get(6)));
        replay.sample()
                .driver()
                .readings()
                .value(HostQuantities.DRIVER_VERSION)
                .ifPresentOrElse(
                        version -> assertThat(row.get(5)).isEqualTo(version),
                        () -> assertThat(row.get(5)).matches("\\?|not given.*"));
        String model = row.get(4).replaceFirst(" x\\d+$", "");
        for (GpuSample gpu : replay.sample().gpus()) {
            assertThat(gpu.identity().name().orElse("(none named)")).isEqualTo(model);
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyReadingIsUnderstood(Path file) throws Exception {
        Replay replay = Replay.open(file);
        Map<String, String> odd = new TreeMap<>();
        replay.sample()
                .gpus()
                .forEach(gpu -> gpu.readings().forEach((quantity, reading) -> {
                    if (reading instanceof Reading.Missing<?> missing && missing.cause() == Reason.FAILED) {
                        odd.put(quantity.id(), missing.detail());
                    }
                }));
        assertThat(odd).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    void theDriverCountsAsUsableAndTheHostAsNotRead(Path file) throws Exception {
        Replay replay = Replay.open(file);
        DriverState driver = replay.sample().driver();
        assertThat(driver.usable()).isTrue();
        assertThat(driver.pciDevices().reason()).contains(Reason.NOT_READ);
        assertThat(driver.get(HostQuantities.MODULE_LOADED).reason()).contains(Reason.NOT_READ);
        assertThat(replay.sample().source().kind()).isEqualTo(SampleSource.Kind.REPLAYED);
        assertThat(replay.sample().takenAt()).isAfter(Instant.parse("2011-01-01T00:00:00Z"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void aSnapshotOfItReadsBackEqual(Path file) throws Exception {
        Replay replay = Replay.open(file);
        Recording.Result back = Recording.read("snapshot.json", Recording.write(replay.sample(), "test"));
        assertThat(back.sample()).isEqualTo(replay.sample());
        assertThat(back.warnings()).isEmpty();
    }
}
