package dev.gpudiag.checks;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.SampleHistory;
import java.util.Optional;

/**
 * All that a check may look at.
 *
 * @param sample the node now; {@code sample.takenAt()} is the only clock there is
 * @param history what came before; {@link SampleHistory#none()} for a command that runs once
 * @param baseline what the node had when it was well
 */
public record Evidence(NodeSample sample, SampleHistory history, Settings settings, Optional<Baseline> baseline) {

    public Evidence {
        requireNonNull(sample, "sample is null");
        requireNonNull(history, "history is null");
        requireNonNull(settings, "settings is null");
        requireNonNull(baseline, "baseline is null");
    }

    public static Evidence of(NodeSample sample) {
        return new Evidence(sample, SampleHistory.none(), Settings.defaults(), Optional.empty());
    }

    public <T> T setting(Setting<T> setting) {
        return settings.get(setting);
    }
}
