package dev.gpudiag.nvml;

/**
 * An NVML call that gave no answer: which C function, and which return code.
 *
 * <p>It is an expected condition of a driver, so that it carries no stack trace and costs little.
 */
public final class NvmlException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String function;
    private final transient NvmlReturn code;
    private final boolean symbolMissing;

    private NvmlException(String function, NvmlReturn code, String message, boolean symbolMissing) {
        super(message, null, false, false);
        this.function = function;
        this.code = code;
        this.symbolMissing = symbolMissing;
    }

    /** The call of this function gave this code. */
    public static NvmlException failed(String function, NvmlReturn code) {
        return new NvmlException(function, code, function + ": " + code.text() + " (" + code.code() + ")", false);
    }

    /** The library does not export this function under any of its names. */
    public static NvmlException missing(String function) {
        String message = function + " is not in this driver's library";
        return new NvmlException(function, NvmlReturn.FUNCTION_NOT_FOUND, message, true);
    }

    static NvmlException notLoadable(String library, String reason) {
        String message = "cannot load " + library + ": " + reason;
        return new NvmlException("dlopen", NvmlReturn.LIBRARY_NOT_FOUND, message, false);
    }

    /** The exact C symbol that was called; the newest name where the library lacks it. */
    public String function() {
        return function;
    }

    public NvmlReturn code() {
        return code;
    }

    /** Whether the library lacks the function, as against a driver that answers FUNCTION_NOT_FOUND. */
    public boolean symbolMissing() {
        return symbolMissing;
    }
}
