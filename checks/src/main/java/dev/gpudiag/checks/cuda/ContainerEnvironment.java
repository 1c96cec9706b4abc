package dev.gpudiag.checks.cuda;

import dev.gpudiag.telemetry.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the variables of an image or a container say to NVIDIA's container toolkit, by the toolkit's own rules.
 *
 * @param variables by name; those that do not concern CUDA may be left out
 */
public record ContainerEnvironment(Map<String, String> variables) {

    private static final String REQUIRE = "NVIDIA_REQUIRE_";
    private static final String JETPACK = "NVIDIA_REQUIRE_JETPACK";
    private static final String REQUIRE_CUDA = "NVIDIA_REQUIRE_CUDA";
    private static final String CUDA_VERSION = "CUDA_VERSION";
    private static final String CAPABILITIES = "NVIDIA_DRIVER_CAPABILITIES";
    private static final String VISIBLE = "NVIDIA_VISIBLE_DEVICES";

    /** What Go's ParseBool takes for true. */
    private static final Set<String> TRUE = Set.of("1", "t", "T", "true", "TRUE", "True");

    /** One thing that is asked of the node. */
    public record Asked(String variable, String requirement) {}

    public ContainerEnvironment {
        variables = Map.copyOf(variables);
    }

    /** Whether the toolkit was told not to look at what is asked. */
    public boolean requirementsDisabled() {
        return TRUE.contains(variables.getOrDefault("NVIDIA_DISABLE_REQUIRE", ""));
    }

    /** Everything that is asked of the node, disabled or not; all of it must hold. */
    public List<Asked> asked() {
        List<Asked> asked = new ArrayList<>();
        new TreeMap<>(variables).forEach((name, value) -> {
            if (name.startsWith(REQUIRE) && !name.startsWith(JETPACK) && !value.isBlank()) {
                asked.add(new Asked(name, value));
            }
        });
        legacy().ifPresent(asked::add);
        return asked;
    }

    /** An old image, which has a CUDA version and asks nothing, asks for a driver of that CUDA. */
    private Optional<Asked> legacy() {
        String version = variables.getOrDefault(CUDA_VERSION, "");
        if (version.isEmpty() || !variables.getOrDefault(REQUIRE_CUDA, "").isEmpty()) {
            return Optional.empty();
        }
        return ToolkitText.parse(version)
                .map(cuda -> new Asked(CUDA_VERSION + "=" + version, "cuda>=" + cuda.major() + "." + cuda.minor()));
    }

    /** The driver capabilities where they leave CUDA out, so that no libcuda is brought in; empty where they do not. */
    public Optional<String> capabilitiesWithoutCompute() {
        return Optional.ofNullable(variables.get(CAPABILITIES))
                .filter(text -> !text.isBlank())
                .filter(text -> Arrays.stream(text.split(",", -1))
                        .map(String::strip)
                        .noneMatch(name -> name.equals("compute") || name.equals("all")));
    }

    /** {@code NVIDIA_VISIBLE_DEVICES} as it was set; empty where it was not. */
    public Optional<String> visibleDevices() {
        return Optional.ofNullable(variables.get(VISIBLE)).map(String::strip);
    }

    /** The toolkit that the variables name, of the base image: pip may have put another one on top. */
    public Optional<Version> toolkit() {
        return Optional.ofNullable(variables.get(CUDA_VERSION))
                .or(() -> Optional.ofNullable(variables.get("NV_CUDA_CUDART_VERSION")))
                .flatMap(ToolkitText::parse);
    }
}
