package dev.gpudiag.agent.host.process;

import dev.gpudiag.telemetry.ProcessCuda.Trace;
import dev.gpudiag.telemetry.ProcessCuda.VersionTrace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Toolkit versions in environment variables: they describe the base image, not what pip put on top of it. */
final class EnvironmentVersions {

    private static final String VERSION = "(\\d{1,3}(?:\\.\\d{1,5}){1,3})";

    /** Variables that name a version, strongest first. */
    private static final Map<String, Pattern> PATTERNS = Map.of(
            "NV_CUDA_CUDART_VERSION", Pattern.compile(VERSION + "(?:-\\d{1,4})?"),
            "CUDA_VERSION", Pattern.compile(VERSION),
            "NVIDIA_REQUIRE_CUDA", Pattern.compile("cuda>=" + VERSION + "(?:[ ,].*)?"));

    private static final List<String> STRONGEST_FIRST =
            List.of("NV_CUDA_CUDART_VERSION", "CUDA_VERSION", "NVIDIA_REQUIRE_CUDA");

    private EnvironmentVersions() {}

    /**
     * The traces, strongest first.
     *
     * @param source the file that holds the variables, such as {@code /proc/7/environ}
     */
    static List<VersionTrace> traces(Map<String, String> environment, Trace trace, String source) {
        List<VersionTrace> traces = new ArrayList<>();
        for (String name : STRONGEST_FIRST) {
            String value = environment.getOrDefault(name, "").strip();
            Matcher found = PATTERNS.get(name).matcher(value);
            if (found.matches()) {
                traces.add(new VersionTrace(trace, found.group(1), source, name + "=" + value));
            }
        }
        return traces;
    }
}
