package dev.gpudiag.nvml;

/**
 * A value of a type that the driver names with it.
 *
 * <p>A type that is not known here is kept as its 64 bits.
 */
public record NvmlValue(int type, long bits) {
    private static final int DOUBLE = 0;
    private static final int UNSIGNED_INT = 1;
    private static final int SIGNED_INT = 5;
    private static final int UNSIGNED_SHORT = 6;

    public boolean isDouble() {
        return type == DOUBLE;
    }

    /** The value as an integer; a fraction is cut off. Values above 2^63 come out negative. */
    public long asLong() {
        return switch (type) {
            case DOUBLE -> (long) Double.longBitsToDouble(bits);
            case UNSIGNED_INT -> bits & 0xffff_ffffL;
            case SIGNED_INT -> (int) bits;
            case UNSIGNED_SHORT -> bits & 0xffffL;
            default -> bits;
        };
    }

    public double asDouble() {
        return isDouble() ? Double.longBitsToDouble(bits) : asLong();
    }

    @Override
    public String toString() {
        return isDouble() ? Double.toString(asDouble()) : Long.toString(asLong());
    }
}
