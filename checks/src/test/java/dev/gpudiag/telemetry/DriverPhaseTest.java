package dev.gpudiag.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.Reading.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DriverPhaseTest {

    private static final Reading<Boolean> USABLE = Reading.of(true, "nvmlInit_v2");

    @Test
    void aDriverThatAnswersIsReadyAlsoWhereOneGpuOfSeveralHangs() {
        assertThat(phase(USABLE, true, GpuCondition.State.ANSWERING, GpuCondition.State.UNRESPONSIVE))
                .isEqualTo(DriverPhase.READY);
        assertThat(phase(USABLE, true)).as("no GPU at all").isEqualTo(DriverPhase.READY);
    }

    @Test
    void aDriverHangsWhenItDoesNotStartInTimeOrAnswersForNoGpu() {
        assertThat(phase(Reading.missing(Reason.TIMED_OUT, "nvmlInit_v2", "has not returned for 12 s"), true))
                .isEqualTo(DriverPhase.HUNG);
        assertThat(phase(USABLE, true, GpuCondition.State.UNRESPONSIVE, GpuCondition.State.UNRESPONSIVE))
                .isEqualTo(DriverPhase.HUNG);
    }

    @Test
    void whatNvmlSaysOfItsFailureNamesThePhase() {
        assertThat(phase(failed(18), true)).isEqualTo(DriverPhase.MISMATCH);
        assertThat(phase(failed(12), true)).isEqualTo(DriverPhase.NO_LIBRARY);
        assertThat(phase(failed(9), true)).isEqualTo(DriverPhase.NOT_LOADED);
        assertThat(phase(failed(999), true)).isEqualTo(DriverPhase.FAILED);
        assertThat(phase(Reading.missing(Reason.NO_PERMISSION, "nvmlInit_v2", "no", 4), true))
                .isEqualTo(DriverPhase.FAILED);
    }

    @Test
    void aModuleThatIsNotLoadedIsSaidWhateverNvmlSays() {
        assertThat(phase(failed(999), false)).isEqualTo(DriverPhase.NOT_LOADED);
        assertThat(phase(Reading.missing(Reason.FAILED, "nvmlInit_v2", "nvmlInit not called"), false))
                .isEqualTo(DriverPhase.NOT_LOADED);
    }

    @Test
    void aDriverThatIsLetGoOfOrStartsIsNotBroken() {
        assertThat(phase(Reading.missing(Reason.RELEASED, "gpudiag release", "released"), false))
                .isEqualTo(DriverPhase.RELEASED);
        assertThat(phase(Reading.missing(Reason.PENDING, "nvmlInit_v2", "for 1 s"), true))
                .isEqualTo(DriverPhase.STARTING);
    }

    @Test
    void aRecordingThatDoesNotSayIsNotInvented() {
        assertThat(phase(Reading.notRead("not in this recording"), true)).isEqualTo(DriverPhase.UNKNOWN);
    }

    private static Reading<Boolean> failed(int code) {
        return Reading.missing(Reason.FAILED, "nvmlInit_v2", "refused", code);
    }

    private static DriverPhase phase(Reading<Boolean> nvml, boolean loaded, GpuCondition.State... states) {
        List<GpuSample> gpus = new ArrayList<>();
        for (GpuCondition.State state : states) {
            GpuIdentity identity = new GpuIdentity(gpus.size(), Optional.empty(), Optional.empty(), Optional.empty());
            gpus.add(GpuSample.withoutReadings(identity, Instant.EPOCH, new GpuCondition(state, "")));
        }
        Readings readings = Readings.builder()
                .put(HostQuantities.MODULE_LOADED, loaded, "/proc/modules")
                .build();
        DriverState driver = new DriverState(nvml, readings, Reading.notRead(""), Reading.notRead(""));
        return DriverPhase.of(new NodeSample(Instant.EPOCH, SampleSource.live(), driver, gpus));
    }
}
