package dev.gpudiag.agent.sampling;

import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** NVML's enumerations by name; a number that is newer than gpudiag stays visible as {@code unknown (N)}. */
final class NvmlNames {

    private static final List<String> BRANDS = List.of(
            "Unknown",
            "Quadro",
            "Tesla",
            "NVS",
            "GRID",
            "GeForce",
            "Titan",
            "NVIDIA vApps",
            "NVIDIA vPC",
            "NVIDIA vCS",
            "NVIDIA vWS",
            "NVIDIA Cloud Gaming",
            "Quadro RTX",
            "NVIDIA RTX",
            "NVIDIA",
            "GeForce RTX",
            "Titan RTX");
    private static final List<String> ARCHITECTURES = List.of(
            "unknown (0)",
            "unknown (1)",
            "Kepler",
            "Maxwell",
            "Pascal",
            "Volta",
            "Turing",
            "Ampere",
            "Ada Lovelace",
            "Hopper",
            "Blackwell",
            "unknown (11)",
            "unknown (12)",
            "Rubin");
    private static final List<String> COMPUTE_MODES =
            List.of("DEFAULT", "EXCLUSIVE_THREAD", "PROHIBITED", "EXCLUSIVE_PROCESS");
    private static final List<String> VIRTUALIZATION_MODES =
            List.of("NONE", "PASSTHROUGH", "VGPU", "HOST_VGPU", "HOST_VSGA");
    private static final List<String> ADDRESSING_MODES = List.of("NONE", "HMM", "ATS");
    private static final List<String> FABRIC_STATES =
            List.of("NOT_SUPPORTED", "NOT_STARTED", "IN_PROGRESS", "COMPLETED");
    private static final List<String> FABRIC_HEALTH =
            List.of("NOT_SUPPORTED", "HEALTHY", "UNHEALTHY", "LIMITED_CAPACITY");
    private static final Pattern MIG_NAME = Pattern.compile("MIG\\s+(\\S+)$");

    private NvmlNames() {}

    static String brand(int code) {
        return name(BRANDS, code);
    }

    static String architecture(int code) {
        return name(ARCHITECTURES, code);
    }

    static String computeMode(int code) {
        return name(COMPUTE_MODES, code);
    }

    static String virtualizationMode(int code) {
        return name(VIRTUALIZATION_MODES, code);
    }

    static String addressingMode(int code) {
        return name(ADDRESSING_MODES, code);
    }

    static String fabricState(int code) {
        return name(FABRIC_STATES, code);
    }

    /** Null where the driver does not say. */
    static String fabricHealth(OptionalInt code) {
        return code.isPresent() ? name(FABRIC_HEALTH, code.getAsInt()) : null;
    }

    static String nvLinkRemoteType(int code) {
        return switch (code) {
            case 0 -> "GPU";
            case 1 -> "IBMNPU";
            case 2 -> "SWITCH";
            default -> "unknown (" + code + ")";
        };
    }

    /** {@code 1g.10gb} of {@code NVIDIA A100-SXM4-80GB MIG 1g.10gb}; null for a name without it. */
    static String migProfile(String name) {
        Matcher matcher = MIG_NAME.matcher(name);
        return matcher.find() ? matcher.group(1) : null;
    }

    /** An unsigned int as a long; null where there is none. */
    static Long unsigned(OptionalInt value) {
        return value.isPresent() ? Integer.toUnsignedLong(value.getAsInt()) : null;
    }

    private static String name(List<String> names, int code) {
        return code >= 0 && code < names.size() ? names.get(code) : "unknown (" + code + ")";
    }
}
