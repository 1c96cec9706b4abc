package dev.gpudiag.agent.sampling;

import dev.gpudiag.nvml.Nvml;
import dev.gpudiag.nvml.NvmlDevice;
import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuSample;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** One NVML index on a thread of its own: everything that touches its GPU, from the handle on, happens there. */
final class GpuSlot {

    private static final Duration CLOCK_JUMP = Duration.ofSeconds(1);

    private final Nvml nvml;
    private final int index;
    private final NvmlSession.Setting setting;
    private final NodeClock clock;
    private final CallTrace trace;
    private final SingleFlight<Answer> flight;
    private final long openedNanos;
    private volatile GpuReader reader;
    private volatile String openingCall = "nvmlDeviceGetHandleByIndex_v2";
    private volatile GpuIdentity identity;
    private Optional<Answer> last = Optional.empty();

    private interface Text {
        String read() throws NvmlException;
    }

    /** A sample, and when it was taken by the clock that does not jump. */
    private record Answer(GpuSample sample, long nanos) {}

    GpuSlot(Nvml nvml, int index, NvmlSession.Setting setting) {
        this.nvml = nvml;
        this.index = index;
        this.setting = setting;
        this.clock = setting.clock();
        this.trace = setting.trace();
        this.flight = new SingleFlight<>("gpudiag-gpu" + index);
        this.identity = new GpuIdentity(index, Optional.empty(), Optional.empty(), Optional.empty());
        this.openedNanos = clock.nanos();
    }

    GpuIdentity identity() {
        return identity;
    }

    /** Begins to read unless an earlier reading has not come back; one that came back late is kept. */
    void start() {
        flight.harvest().ifPresent(answer -> last = Optional.of(answer));
        flight.start(this::read);
    }

    /** The newest sample: of this round, or the last one while no {@code deadline} has passed without an answer. */
    GpuSample await(long nanos, Duration deadline) {
        Optional<Answer> answer = flight.await(nanos);
        if (answer.isPresent()) {
            last = answer;
            return answer.get().sample();
        }
        Duration silence = flight.sinceStart();
        if (silence.compareTo(deadline) < 0) {
            return last.map(this::atItsAge).orElseGet(this::pending);
        }
        return withoutReadings(
                GpuCondition.State.UNRESPONSIVE, "no answer from " + currentCall() + " for " + seconds(silence));
    }

    private GpuSample pending() {
        return withoutReadings(
                GpuCondition.State.PENDING,
                "its first reading is under way: in " + currentCall() + " for " + seconds(flight.sinceStart()));
    }

    private static String seconds(Duration time) {
        return Math.max(1, time.toSeconds()) + " s";
    }

    private GpuSample withoutReadings(GpuCondition.State state, String seen) {
        Instant lastAnswerAt = dated(last.map(Answer::nanos).orElse(openedNanos));
        return GpuSample.withoutReadings(identity, lastAnswerAt, new GpuCondition(state, seen));
    }

    /** The wall clock's time, as it goes now, of an instant of the clock that does not jump. */
    private Instant dated(long nanos) {
        return clock.instant().minusNanos(clock.nanos() - nanos);
    }

    /** The sample as it is, or dated anew when the wall clock has jumped since: its age is what it was. */
    private GpuSample atItsAge(Answer answer) {
        GpuSample sample = answer.sample();
        Instant taken = dated(answer.nanos());
        boolean jumped = Duration.between(sample.takenAt(), taken).abs().compareTo(CLOCK_JUMP) > 0;
        return jumped ? sample.takenAt(taken) : sample;
    }

    /** The call that has not returned; empty when none is under way. */
    Optional<String> inFlight() {
        return flight.inFlight()
                ? Optional.of(currentCall() + " of GPU " + index + ", for " + seconds(flight.sinceStart()))
                : Optional.empty();
    }

    /** Leaves out a time in which the whole process stood still. */
    void excuse(Duration standstill) {
        flight.excuse(standstill);
    }

    private String currentCall() {
        GpuReader current = reader;
        return current == null ? openingCall : current.currentCall();
    }

    private Answer read() {
        GpuSample sample = readNow();
        trace.left(index);
        return new Answer(sample, clock.nanos());
    }

    private GpuSample readNow() {
        if (reader == null) {
            try {
                reader = open();
            } catch (NvmlException e) {
                return GpuSample.withoutReadings(identity, clock.instant(), GpuReader.condition(e));
            }
        }
        GpuSample sample = reader.read();
        if (!sample.condition().isAnswering()) {
            // a handle of a GPU that was lost or reset is of no use again
            reader.close();
            reader = null;
        }
        return sample;
    }

    private void enter(String function) {
        openingCall = function;
        trace.entered(index, function);
    }

    private GpuReader open() throws NvmlException {
        enter("nvmlDeviceGetHandleByIndex_v2");
        NvmlDevice device = nvml.device(index);
        enter("nvmlDeviceGetPciInfo_v3");
        Optional<String> pciBusId = optional(() -> device.pciInfo().busId());
        enter("nvmlDeviceGetUUID");
        Optional<String> uuid = optional(device::uuid);
        enter("nvmlDeviceGetName");
        Optional<String> name = optional(device::name);
        // what is known of a GPU is not forgotten when it stops to say it
        identity = new GpuIdentity(
                index,
                uuid.or(() -> identity.uuid()),
                pciBusId.or(() -> identity.pciBusId()),
                name.or(() -> identity.name()));
        enter("nvmlSystemGetDriverVersion");
        int branch = optional(nvml::systemDriverVersion).map(GpuSlot::branch).orElse(0);
        return new GpuReader(
                device,
                identity,
                branch,
                setting.slowInterval(),
                clock,
                setting.names(),
                function -> trace.entered(index, function),
                Optional.of(nvml).filter(library -> setting.performance()));
    }

    /** 550 of 550.54.15; 0 where the version is none. */
    private static int branch(String version) {
        String first = version.split("\\.", 2)[0];
        return first.matches("\\d{3,4}") ? Integer.parseInt(first) : 0;
    }

    private static Optional<String> optional(Text text) {
        try {
            return Optional.of(text.read());
        } catch (NvmlException e) {
            return Optional.empty();
        }
    }

    /** Waits for the reading that is under way, for as long as it takes, and lets the thread go. */
    void close() {
        flight.close();
        GpuReader last = reader;
        if (last != null) {
            last.close();
        }
    }
}
