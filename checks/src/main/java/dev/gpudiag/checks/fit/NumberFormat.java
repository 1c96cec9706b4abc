package dev.gpudiag.checks.fit;

import java.util.Locale;

/** How the numbers of a model are stored. */
public enum NumberFormat {
    FP32(4),
    FP16(2),
    BF16(2),
    FP8(1),
    INT8(1),
    /** Four bits, and for each group of 128 a scale and a zero point of 16 bits each. */
    INT4(0.5 + 4.0 / 128);

    private final double bytes;

    NumberFormat(double bytes) {
        this.bytes = bytes;
    }

    /** Bytes that one number takes, with what its group of numbers shares. */
    public double bytes() {
        return bytes;
    }

    /** As a user writes it: {@code fp16}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
