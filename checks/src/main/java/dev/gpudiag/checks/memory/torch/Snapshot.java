package dev.gpudiag.checks.memory.torch;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A memory snapshot of PyTorch.
 *
 * @param configuration the value of PYTORCH_CUDA_ALLOC_CONF, where the snapshot tells
 * @param traceEntries entries of all traces, kept or not
 * @param notes what in the file does not fit together or was left out, one sentence each
 */
public record Snapshot(
        List<Segment> segments,
        List<OomEntry> ooms,
        Optional<String> configuration,
        long traceEntries,
        List<String> notes) {

    public Snapshot {
        segments = List.copyOf(segments);
        ooms = List.copyOf(ooms);
        requireNonNull(configuration, "configuration is null");
        notes = List.copyOf(notes);
    }
}
