package dev.gpudiag.agent.timeline;

import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.DriverPhase;
import dev.gpudiag.telemetry.NodeSample;
import java.util.List;

/** Notices when the agent lets go of the driver, and when it takes it again. Not thread-safe. */
final class ReleaseWatch {

    private boolean released;

    /** What has changed since the sample before. */
    List<TimelineEvent> see(NodeSample sample) {
        boolean now = DriverPhase.of(sample) == DriverPhase.RELEASED;
        if (now == released) {
            return List.of();
        }
        released = now;
        String text = now
                ? "the agent lets go of the driver: " + sample.driver().nvml().describe()
                : "the agent takes the driver again";
        return List.of(TimelineEvent.of(
                sample.takenAt(), TimelineEvent.Kind.RELEASE, now ? "released" : "ended", Status.INFO, text));
    }
}
