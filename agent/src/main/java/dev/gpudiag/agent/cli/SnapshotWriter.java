package dev.gpudiag.agent.cli;

import dev.gpudiag.telemetry.NodeSample;
import java.io.IOException;
import java.io.OutputStream;

/** Writes a sample as a recording that {@code --replay} reads. */
@FunctionalInterface
public interface SnapshotWriter {

    /** Writes the whole recording and leaves the stream open. */
    void write(NodeSample sample, OutputStream out) throws IOException;
}
