package dev.gpudiag.checks.fit;

/**
 * Which activations training keeps for the way back, in bytes for one layer of a 16-bit model.
 *
 * <p>Source: Korthikanti et al. 2022, with s tokens a sequence, b sequences, h hidden size, a attention heads.
 */
public enum Recomputation {
    /** Keeps everything, the attention scores included: s b h (34 + 5 a s / h). */
    NONE,
    /** Flash attention, or attention recomputed: 34 s b h. */
    SELECTIVE,
    /** Keeps the input of each layer: 2 s b h. */
    FULL;

    /** Bytes that one layer keeps. */
    public double bytesPerLayer(ModelShape shape, long tokens, long sequences) {
        double values = (double) tokens * sequences * shape.hidden();
        return switch (this) {
            case NONE -> values * (34 + 5.0 * shape.heads() * tokens / shape.hidden());
            case SELECTIVE -> values * 34;
            case FULL -> values * 2;
        };
    }
}
