package dev.gpudiag.telemetry;

/**
 * Where a sample comes from.
 *
 * @param detail scenario or file name; empty for a live node
 */
public record SampleSource(Kind kind, String detail) {

    /** Live driver, simulated driver, or a recording. */
    public enum Kind {
        LIVE,
        SIMULATED,
        REPLAYED
    }

    public static SampleSource live() {
        return new SampleSource(Kind.LIVE, "");
    }
}
