package dev.gpudiag.agent.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VanishedGpusTest {

    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final Reading<List<PciDevice>> BUS = Reading.of(List.of(), "/sys/bus/pci/devices");

    private final VanishedGpus vanished = new VanishedGpus();

    @Test
    void gpusThatAreAllThereAreGivenAsTheyAre() {
        List<GpuSample> gpus = List.of(gpu("a", 1), gpu("b", 2));

        assertThat(vanished.complete(gpus, BUS)).isEqualTo(gpus);
        assertThat(vanished.complete(gpus, BUS)).isEqualTo(gpus);
    }

    @Test
    void oneThatIsListedNoMoreIsToldAsLostWithWhoItWasAndWhenItWasSeen() {
        GpuSample stays = gpu("a", 1);
        GpuSample goes = gpu("b", 2).takenAt(NOON.plusSeconds(7));
        vanished.complete(List.of(stays, goes), BUS);

        for (int look = 0; look < 3; look++) {
            List<GpuSample> told = vanished.complete(List.of(stays), BUS);

            assertThat(told).hasSize(2).startsWith(stays);
            assertThat(told.getLast().identity()).isEqualTo(goes.identity());
            assertThat(told.getLast().takenAt()).isEqualTo(NOON.plusSeconds(7));
            assertThat(told.getLast().condition().state()).isEqualTo(GpuCondition.State.LOST);
            assertThat(told.getLast().condition().detail()).contains("nvmlDeviceGetCount");
            assertThat(told.getLast().processes().isPresent()).isFalse();
        }
    }

    @Test
    void theLastOneOfANodeIsToldToo() {
        vanished.complete(List.of(gpu("a", 1)), BUS);

        assertThat(uuids(vanished.complete(List.of(), BUS))).containsExactly("a");
    }

    @Test
    void oneThatComesBackIsThereAgainAndOnlyOnce() {
        vanished.complete(List.of(gpu("a", 1), gpu("b", 2)), BUS);
        vanished.complete(List.of(gpu("a", 1)), BUS);
        List<GpuSample> both = List.of(gpu("a", 1), gpu("b", 2));

        assertThat(vanished.complete(both, BUS)).isEqualTo(both);
    }

    @Test
    void oneThatComesBackElsewhereIsTheSame() {
        vanished.complete(List.of(gpu("a", 1), gpu("b", 2)), BUS);
        List<GpuSample> moved = List.of(gpu("a", 1), gpu("b", 9));

        assertThat(vanished.complete(moved, BUS)).isEqualTo(moved);
        assertThat(addresses(vanished.complete(List.of(gpu("a", 1)), BUS))).containsExactly(address(1), address(9));
    }

    @Test
    void oneInWhosePlaceAnotherIsWasReplaced() {
        vanished.complete(List.of(gpu("a", 1), gpu("b", 2)), BUS);

        assertThat(uuids(vanished.complete(List.of(gpu("a", 1), gpu("new", 2)), BUS)))
                .containsExactly("a", "new");
        assertThat(uuids(vanished.complete(List.of(gpu("a", 1)), BUS)))
                .as("the one that was replaced is forgotten for good")
                .containsExactly("a", "new");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vfio-pci", "pci-stub"})
    void oneThatWasHandedToAVirtualMachineIsNotLost(String driver) {
        vanished.complete(List.of(gpu("a", 1), gpu("b", 2)), BUS);

        assertThat(uuids(vanished.complete(List.of(gpu("a", 1)), bus(2, Optional.of(driver)))))
                .containsExactly("a");
    }

    @Test
    void oneThatIsStillBoundToTheDriverOrToNoneIsLost() {
        vanished.complete(List.of(gpu("a", 1), gpu("b", 2)), BUS);

        assertThat(uuids(vanished.complete(List.of(gpu("a", 1)), bus(2, Optional.of("nvidia")))))
                .containsExactly("a", "b");
        assertThat(uuids(vanished.complete(List.of(gpu("a", 1)), bus(2, Optional.empty()))))
                .containsExactly("a", "b");
        assertThat(uuids(vanished.complete(
                        List.of(gpu("a", 1)), Reading.missing(Reason.TIMED_OUT, "/sys", "not read for 12 s"))))
                .containsExactly("a", "b");
    }

    @Test
    void nobodyIsMissedWhileAGpuDoesNotSayWhoItIs() {
        vanished.complete(List.of(gpu("a", 1), gpu("b", 2)), BUS);
        GpuSample nameless = GpuSample.withoutReadings(
                new GpuIdentity(1, Optional.empty(), Optional.empty(), Optional.empty()),
                NOON,
                new GpuCondition(GpuCondition.State.PENDING, "asked"));

        assertThat(vanished.complete(List.of(nameless), BUS)).containsExactly(nameless);
        assertThat(uuids(vanished.complete(List.of(gpu("a", 1)), BUS))).containsExactly("a", "b");
    }

    @Test
    void aNodeWhoseGpusChangeWithEachLookIsRememberedInBounds() {
        List<GpuSample> told = List.of();
        for (int look = 0; look < 1_000; look++) {
            told = vanished.complete(List.of(gpu("gpu-" + look, look)), BUS);
        }
        assertThat(told).hasSizeLessThanOrEqualTo(65);
    }

    private static GpuSample gpu(String uuid, int bus) {
        return GpuSample.withoutReadings(
                new GpuIdentity(bus, Optional.of(uuid), Optional.of(address(bus)), Optional.of("H100")),
                NOON,
                GpuCondition.answering());
    }

    private static String address(int bus) {
        return "%08x:00.0".formatted(bus);
    }

    private static Reading<List<PciDevice>> bus(int number, Optional<String> driver) {
        return Reading.of(
                List.of(new PciDevice(address(number), PciDevice.NVIDIA, 0x2330, 0x030200, driver)),
                "/sys/bus/pci/devices");
    }

    private static List<String> uuids(List<GpuSample> gpus) {
        return gpus.stream().flatMap(gpu -> gpu.identity().uuid().stream()).toList();
    }

    private static List<String> addresses(List<GpuSample> gpus) {
        return gpus.stream().flatMap(gpu -> gpu.identity().pciBusId().stream()).toList();
    }
}
