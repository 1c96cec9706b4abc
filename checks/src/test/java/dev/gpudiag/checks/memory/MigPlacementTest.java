package dev.gpudiag.checks.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.memory.MigPlacement.Instance;
import dev.gpudiag.checks.memory.MigPlacement.Profile;
import dev.gpudiag.checks.memory.MigPlacement.Room;
import java.util.List;
import org.junit.jupiter.api.Test;

class MigPlacementTest {

    private static final MigPlacement H100 =
            MigPlacement.of("NVIDIA H100 80GB HBM3").orElseThrow();
    private static final MigPlacement A30 = MigPlacement.of("NVIDIA A30").orElseThrow();

    private static Room room(MigPlacement placement, String profile, Instance... instances) {
        Profile asked = placement.profiles().stream()
                .filter(one -> one.name().equals(profile))
                .findFirst()
                .orElseThrow();
        return placement.room(asked, List.of(instances));
    }

    @Test
    void twoSmallInstancesCanBlockEveryPlaceOfALargeOne() {
        Room room = room(H100, "3g", new Instance(1, 1, 1), new Instance(5, 1, 1));
        assertThat(H100.freeMemorySlices(List.of(new Instance(1, 1, 1), new Instance(5, 1, 1))))
                .isEqualTo(6);
        assertThat(room.ideal()).isEqualTo(1);
        assertThat(room.feasible()).isZero();
        assertThat(room.fragmentation()).isEqualTo(1);
    }

    @Test
    void theSameInstancesSideBySideBlockNothing() {
        Room room = room(H100, "3g", new Instance(0, 1, 1), new Instance(1, 1, 1));
        assertThat(room.feasible()).isEqualTo(1);
        assertThat(room.fragmentation()).isZero();
    }

    @Test
    void anEmptyGpuHoldsWhatNvidiaSays() {
        assertThat(room(H100, "1g").feasible()).isEqualTo(7);
        assertThat(room(H100, "1g x2").feasible()).isEqualTo(4);
        assertThat(room(H100, "2g").feasible()).isEqualTo(3);
        assertThat(room(H100, "3g").feasible()).isEqualTo(2);
        assertThat(room(H100, "4g").feasible()).isEqualTo(1);
        assertThat(room(H100, "7g").feasible()).isEqualTo(1);
        assertThat(room(A30, "1g").feasible()).isEqualTo(4);
        assertThat(room(A30, "2g").feasible()).isEqualTo(2);
        assertThat(room(A30, "4g").feasible()).isEqualTo(1);
    }

    @Test
    void whatIsFullIsNotFragmented() {
        Room room = room(H100, "3g", new Instance(0, 4, 3), new Instance(4, 4, 3));
        assertThat(room.ideal()).isZero();
        assertThat(room.fragmentation()).isZero();
    }

    @Test
    void gpusAreKnownByTheirNames() {
        for (String name : List.of("NVIDIA A100-SXM4-40GB", "NVIDIA H200", "NVIDIA GH200 480GB", "NVIDIA B200")) {
            assertThat(MigPlacement.of(name).map(MigPlacement::memorySlices))
                    .as(name)
                    .contains(8);
        }
        assertThat(MigPlacement.of("NVIDIA RTX PRO 6000 Blackwell")).isEmpty();
        assertThat(MigPlacement.of("NVIDIA A3000")).isEmpty();
    }

    @Test
    void computeSlicesAreThoseOfTheGpuInstance() {
        assertThat(MigPlacement.compute("3g.40gb")).contains(3);
        assertThat(MigPlacement.compute("1c.3g.40gb")).contains(3);
        assertThat(MigPlacement.compute("1g.10gb+me")).contains(1);
        assertThat(MigPlacement.compute("odd")).isEmpty();
    }

    @Test
    void impossiblePlacementsAreCutToTheGpu() {
        assertThat(H100.freeMemorySlices(List.of(new Instance(7, 99, 1)))).isEqualTo(7);
        assertThat(H100.freeMemorySlices(List.of(new Instance(99, 1, 1)))).isEqualTo(8);
    }
}
