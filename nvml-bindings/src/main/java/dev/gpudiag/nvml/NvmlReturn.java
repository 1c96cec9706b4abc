package dev.gpudiag.nvml;

/**
 * A return code of an NVML call: its number, its name in nvml.h, and a text for people.
 *
 * <p>An unknown number keeps its number. The texts are this table's own, because the library of R470 has none for 21, 22
 * and 25 and above.
 */
public final class NvmlReturn {
    private static final NvmlReturn[] KNOWN = new NvmlReturn[31];

    public static final NvmlReturn SUCCESS = known(0, "NVML_SUCCESS", "Success");
    public static final NvmlReturn UNINITIALIZED = error(1, "UNINITIALIZED", "Uninitialized");
    public static final NvmlReturn INVALID_ARGUMENT = error(2, "INVALID_ARGUMENT", "Invalid Argument");
    public static final NvmlReturn NOT_SUPPORTED = error(3, "NOT_SUPPORTED", "Not Supported");
    public static final NvmlReturn NO_PERMISSION = error(4, "NO_PERMISSION", "Insufficient Permissions");
    public static final NvmlReturn ALREADY_INITIALIZED = error(5, "ALREADY_INITIALIZED", "Already Initialized");
    public static final NvmlReturn NOT_FOUND = error(6, "NOT_FOUND", "Not Found");
    public static final NvmlReturn INSUFFICIENT_SIZE = error(7, "INSUFFICIENT_SIZE", "Insufficient Size");
    public static final NvmlReturn INSUFFICIENT_POWER = error(8, "INSUFFICIENT_POWER", "Insufficient External Power");
    public static final NvmlReturn DRIVER_NOT_LOADED = error(9, "DRIVER_NOT_LOADED", "Driver Not Loaded");
    public static final NvmlReturn TIMEOUT = error(10, "TIMEOUT", "Timeout");
    public static final NvmlReturn IRQ_ISSUE = error(11, "IRQ_ISSUE", "Interrupt Request Issue");
    public static final NvmlReturn LIBRARY_NOT_FOUND = error(12, "LIBRARY_NOT_FOUND", "NVML Shared Library Not Found");
    public static final NvmlReturn FUNCTION_NOT_FOUND = error(13, "FUNCTION_NOT_FOUND", "Function Not Found");
    public static final NvmlReturn CORRUPTED_INFOROM = error(14, "CORRUPTED_INFOROM", "Corrupted infoROM");
    public static final NvmlReturn GPU_IS_LOST = error(15, "GPU_IS_LOST", "GPU is lost");
    public static final NvmlReturn RESET_REQUIRED = error(16, "RESET_REQUIRED", "GPU requires reset");
    public static final NvmlReturn OPERATING_SYSTEM =
            error(17, "OPERATING_SYSTEM", "GPU access blocked by the operating system");
    public static final NvmlReturn LIB_RM_VERSION_MISMATCH =
            error(18, "LIB_RM_VERSION_MISMATCH", "Driver/library version mismatch");
    public static final NvmlReturn IN_USE = error(19, "IN_USE", "In use by another client");
    public static final NvmlReturn MEMORY = error(20, "MEMORY", "Insufficient Memory");
    public static final NvmlReturn NO_DATA = error(21, "NO_DATA", "No data");
    public static final NvmlReturn VGPU_ECC_NOT_SUPPORTED =
            error(22, "VGPU_ECC_NOT_SUPPORTED", "vGPU ECC not supported");
    public static final NvmlReturn INSUFFICIENT_RESOURCES =
            error(23, "INSUFFICIENT_RESOURCES", "Insufficient Resources");
    public static final NvmlReturn FREQ_NOT_SUPPORTED = error(24, "FREQ_NOT_SUPPORTED", "Invalid Frequency");
    public static final NvmlReturn ARGUMENT_VERSION_MISMATCH =
            error(25, "ARGUMENT_VERSION_MISMATCH", "Argument version mismatch");
    public static final NvmlReturn DEPRECATED = error(26, "DEPRECATED", "Requested functionality has been deprecated");
    public static final NvmlReturn NOT_READY = error(27, "NOT_READY", "System is not in ready state");
    public static final NvmlReturn GPU_NOT_FOUND = error(28, "GPU_NOT_FOUND", "GPU not found");
    public static final NvmlReturn INVALID_STATE = error(29, "INVALID_STATE", "Invalid state for this operation");
    public static final NvmlReturn RESET_TYPE_NOT_SUPPORTED =
            error(30, "RESET_TYPE_NOT_SUPPORTED", "Reset type not supported");
    public static final NvmlReturn UNKNOWN = new NvmlReturn(999, "NVML_ERROR_UNKNOWN", "Unknown Error");

    private final int code;
    private final String name;
    private final String text;

    private NvmlReturn(int code, String name, String text) {
        this.code = code;
        this.name = name;
        this.text = text;
    }

    /** The return code of this number. Known codes are not allocated. */
    public static NvmlReturn of(int code) {
        if (code >= 0 && code < KNOWN.length) {
            return KNOWN[code];
        }
        return code == UNKNOWN.code ? UNKNOWN : new NvmlReturn(code, "NVML_ERROR_" + code, "NVML return code " + code);
    }

    private static NvmlReturn error(int code, String name, String text) {
        return known(code, "NVML_ERROR_" + name, text);
    }

    private static NvmlReturn known(int code, String name, String text) {
        KNOWN[code] = new NvmlReturn(code, name, text);
        return KNOWN[code];
    }

    public int code() {
        return code;
    }

    /** The name in nvml.h, such as NVML_ERROR_GPU_IS_LOST; NVML_ERROR_1234 for an unknown number. */
    public String name() {
        return name;
    }

    public String text() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NvmlReturn that && that.code == code;
    }

    @Override
    public int hashCode() {
        return code;
    }

    @Override
    public String toString() {
        return name + " (" + code + ")";
    }
}
