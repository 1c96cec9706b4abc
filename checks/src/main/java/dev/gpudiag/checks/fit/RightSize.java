package dev.gpudiag.checks.fit;

import java.util.List;
import java.util.Optional;

/**
 * The band of a need: which GPU is bought for it, before any headroom.
 *
 * <p>Bands in GB of 10^9 bytes: less than 14 T4, to 22 A10, to 75 A100-80, to 135 H200, to 175 B200, several beyond. The
 * first three are the rule of thumb of those who asked for it; the last two follow from the GPUs' memory.
 */
public final class RightSize {

    private static final double GB = 1e9;
    private static final List<Band> BANDS = List.of(
            new Band("T4", 14),
            new Band("A10", 22),
            new Band("A100-80", 75),
            new Band("H200", 135),
            new Band("B200", 175));

    /** The bands in words. */
    public static final String WORDS =
            "bands without headroom: < 14 GB T4, to 22 A10, to 75 A100-80, to 135 H200, to 175 B200, more: several GPUs";

    private record Band(String gpu, double gigabytes) {}

    private RightSize() {}

    /** The GPU of the table whose band holds {@code bytes}; empty where it takes several. */
    public static Optional<String> of(double bytes) {
        return BANDS.stream()
                .filter(band -> band.gigabytes() == 14 ? bytes < 14 * GB : bytes <= band.gigabytes() * GB)
                .map(Band::gpu)
                .findFirst();
    }
}
