package dev.gpudiag.nvml;

/**
 * The calling conventions that NVML functions of one handle share: guard, zeroed memory, check, sentinel.
 *
 * <p>Each takes the symbol that guards the call and a reference to its native function, which allocates nothing.
 */
final class DeviceCalls {
    /** {@code f(device, out)}. */
    interface Out {
        int call(long device, long out);
    }

    /** {@code f(device, argument, out)}. */
    interface ArgumentOut {
        int call(long device, int argument, long out);
    }

    /** {@code f(device, first, second, out)}. */
    interface TwoArgumentsOut {
        int call(long device, int first, int second, long out);
    }

    /** {@code f(device, out, other)}. */
    interface TwoOuts {
        int call(long device, long out, long other);
    }

    /** {@code f(device, text, length)}. */
    interface Text {
        int call(long device, long text, int length);
    }

    /** Where the second of two out parameters lies. */
    static final int SECOND = 8;

    private static final int ALL_ONES = -1;

    private final Nvml nvml;
    private final long handle;

    DeviceCalls(Nvml nvml, long handle) {
        this.nvml = nvml;
        this.handle = handle;
    }

    Nvml nvml() {
        return nvml;
    }

    long handle() {
        return handle;
    }

    /** Whether a call failed in the way of a driver that is older than its library's newest form of it. */
    static boolean olderFormMayAnswer(int code) {
        return code == NvmlReturn.FUNCTION_NOT_FOUND.code() || code == NvmlReturn.ARGUMENT_VERSION_MISMATCH.code();
    }

    /** Guards a call and zeroes the memory for its answer. */
    Scratch begin(Symbol symbol, int size) throws NvmlException {
        return nvml.require(symbol).clear(size);
    }

    /** As {@link #begin(Symbol, int)}, with the version word in front. */
    Scratch begin(Symbol symbol, int size, int version) throws NvmlException {
        return begin(symbol, size).putInt(0, version);
    }

    void check(Symbol symbol, int code) throws NvmlException {
        nvml.check(symbol, code);
    }

    /** An unsigned int; all ones is how NVML says "not available". */
    int uint(Symbol symbol, Out function) throws NvmlException {
        Scratch out = begin(symbol, 8);
        check(symbol, function.call(handle, out.address()));
        return available(symbol, out.int32(0));
    }

    int uint(Symbol symbol, int argument, ArgumentOut function) throws NvmlException {
        return available(symbol, sint(symbol, argument, function));
    }

    /** An int that may be negative, so that all ones is -1. */
    int sint(Symbol symbol, int argument, ArgumentOut function) throws NvmlException {
        Scratch out = begin(symbol, 8);
        check(symbol, function.call(handle, argument, out.address()));
        return out.int32(0);
    }

    /** An enumeration's value or a bare bit pattern, of which all ones is a legal one. */
    int code(Symbol symbol, Out function) throws NvmlException {
        Scratch out = begin(symbol, 8);
        check(symbol, function.call(handle, out.address()));
        return out.int32(0);
    }

    boolean flag(Symbol symbol, Out function) throws NvmlException {
        return uint(symbol, function) != 0;
    }

    long ulong(Symbol symbol, Out function) throws NvmlException {
        Scratch out = begin(symbol, 8);
        check(symbol, function.call(handle, out.address()));
        return available(symbol, out.int64(0));
    }

    long ulong(Symbol symbol, int first, int second, TwoArgumentsOut function) throws NvmlException {
        Scratch out = begin(symbol, 8);
        check(symbol, function.call(handle, first, second, out.address()));
        return available(symbol, out.int64(0));
    }

    String text(Symbol symbol, int length, Text function) throws NvmlException {
        Scratch out = begin(symbol, length);
        check(symbol, function.call(handle, out.address(), length));
        return out.text(0, length);
    }

    /** Fills a struct without version word, or of one that {@code version} names. */
    Scratch struct(Symbol symbol, int size, int version, Out function) throws NvmlException {
        Scratch out = begin(symbol, size, version);
        check(symbol, function.call(handle, out.address()));
        return out;
    }

    /** Two values, at 0 and {@link #SECOND}. */
    Scratch pair(Symbol symbol, TwoOuts function) throws NvmlException {
        Scratch out = begin(symbol, 2 * SECOND);
        check(symbol, function.call(handle, out.address(), out.address(SECOND)));
        return out;
    }

    private int available(Symbol symbol, int value) throws NvmlException {
        if (value == ALL_ONES) {
            throw nvml.failure(symbol, NvmlReturn.NO_DATA);
        }
        return value;
    }

    private long available(Symbol symbol, long value) throws NvmlException {
        if (value == ALL_ONES) {
            throw nvml.failure(symbol, NvmlReturn.NO_DATA);
        }
        return value;
    }
}
