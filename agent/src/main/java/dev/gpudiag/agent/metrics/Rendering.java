package dev.gpudiag.agent.metrics;

/**
 * A page as it goes over the wire.
 *
 * @param format what it is written in
 * @param gzipped whether the body is compressed, for the header {@code Content-Encoding}
 * @param body shared by everybody who asked for the same page; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Rendering(MetricsFormat format, boolean gzipped, byte[] body) {}
