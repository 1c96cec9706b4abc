package dev.gpudiag.agent.sampling;

import dev.gpudiag.nvml.Nvml;
import dev.gpudiag.nvml.NvmlDevice;
import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuSample;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** One NVML index on a thread of its own: everything that touches its GPU, from the handle on, happens there. */
final class GpuSlot {

    private final Nvml nvml;
    private final int index;
    private final Duration slowInterval;
    private final InstantSource clock;
    private final ProcessNames names;
    private final SingleFlight<GpuSample> flight;
    private volatile GpuReader reader;
    private volatile String openingCall = "nvmlDeviceGetHandleByIndex_v2";
    private volatile GpuIdentity identity;
    private Optional<GpuSample> last = Optional.empty();
    private Instant lastAnswerAt;

    private interface Text {
        String read() throws NvmlException;
    }

    GpuSlot(Nvml nvml, int index, Duration slowInterval, InstantSource clock, ProcessNames names) {
        this.nvml = nvml;
        this.index = index;
        this.slowInterval = slowInterval;
        this.clock = clock;
        this.names = names;
        this.flight = new SingleFlight<>("gpudiag-gpu" + index);
        this.identity = new GpuIdentity(index, Optional.empty(), Optional.empty(), Optional.empty());
        this.lastAnswerAt = clock.instant();
    }

    /** Begins to read unless an earlier reading has not come back. */
    void start() {
        if (flight.start(this::read)) {
            last = last.filter(sample -> sample.condition().isAnswering());
        }
    }

    /** The newest sample: of this round, or the last one while no {@code deadline} has passed without an answer. */
    GpuSample await(long nanos, Duration deadline) {
        Optional<GpuSample> answer = flight.await(nanos);
        if (answer.isPresent()) {
            last = answer;
            lastAnswerAt = answer.get().takenAt();
            return answer.get();
        }
        Duration silence = flight.sinceStart();
        if (last.isPresent() && silence.compareTo(deadline) < 0) {
            return last.get();
        }
        String seen = "no answer from " + currentCall() + " for " + Math.max(1, silence.toSeconds()) + " s";
        return GpuSample.withoutReadings(
                identity, lastAnswerAt, new GpuCondition(GpuCondition.State.UNRESPONSIVE, seen));
    }

    private String currentCall() {
        GpuReader current = reader;
        return current == null ? openingCall : current.currentCall();
    }

    private GpuSample read() {
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
            reader = null;
        }
        return sample;
    }

    private GpuReader open() throws NvmlException {
        openingCall = "nvmlDeviceGetHandleByIndex_v2";
        NvmlDevice device = nvml.device(index);
        openingCall = "nvmlDeviceGetPciInfo_v3";
        Optional<String> pciBusId = optional(() -> device.pciInfo().busId());
        openingCall = "nvmlDeviceGetUUID";
        Optional<String> uuid = optional(device::uuid);
        openingCall = "nvmlDeviceGetName";
        Optional<String> name = optional(device::name);
        // what is known of a GPU is not forgotten when it stops to say it
        identity = new GpuIdentity(
                index,
                uuid.or(() -> identity.uuid()),
                pciBusId.or(() -> identity.pciBusId()),
                name.or(() -> identity.name()));
        openingCall = "nvmlSystemGetDriverVersion";
        int branch = optional(nvml::systemDriverVersion).map(GpuSlot::branch).orElse(0);
        return new GpuReader(device, identity, branch, slowInterval, clock, names);
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
    }
}
