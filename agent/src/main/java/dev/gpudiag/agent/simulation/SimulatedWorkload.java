package dev.gpudiag.agent.simulation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Who a simulated process works for and which CUDA it uses: {@code [workload *]} for all, {@code [workload PID]} for one.
 *
 * @param state the kernel's letter, or {@code gone} for a process that NVML lists and the host has not
 * @param user owner's name
 * @param commandLine what it was started with
 * @param pod {@code NAMESPACE/POD/CONTAINER}, run by containerd
 * @param container name of a Docker container
 * @param slurmJob job number
 * @param unit systemd unit
 * @param cuda version of the CUDA runtime that it has mapped
 * @param wheel version of NVIDIA's runtime wheel that it uses
 * @param maps more files that it has mapped
 * @param environment its variables
 */
public record SimulatedWorkload(
        String state,
        String user,
        Optional<String> commandLine,
        Optional<String> pod,
        Optional<String> container,
        Optional<String> slurmJob,
        Optional<String> unit,
        Optional<String> cuda,
        Optional<String> wheel,
        List<String> maps,
        Map<String, String> environment) {

    private static final String VARIABLE = "env.";
    private static final List<String> KEYS =
            List.of("state", "user", "command_line", "pod", "container", "slurm_job", "unit", "cuda", "wheel", "maps");

    private static final Pattern STATE = Pattern.compile("[RSDZ]|gone");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][\\w.@-]{0,127}");
    private static final Pattern POD = Pattern.compile("[a-z0-9][a-z0-9.-]*/[a-z0-9][a-z0-9.-]*/[a-z0-9][a-z0-9.-]*");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,12}");
    private static final Pattern VERSION = Pattern.compile("none|\\d{1,3}(\\.\\d{1,5}){0,3}");
    private static final Pattern PATHS = Pattern.compile("/\\S+( \\(deleted\\))?(, */\\S+( \\(deleted\\))?)*");

    public SimulatedWorkload {
        maps = List.copyOf(maps);
        environment = Map.copyOf(environment);
    }

    /** The workload that a section describes; one without keys is a user's process that says nothing of CUDA. */
    static SimulatedWorkload of(ScenarioSection section) {
        section.allow(
                section.keys().stream().anyMatch(key -> key.startsWith(VARIABLE)) ? withVariables(section) : KEYS);
        Map<String, String> environment = new TreeMap<>();
        section.keys().stream()
                .filter(key -> key.startsWith(VARIABLE))
                .forEach(key -> environment.put(
                        key.substring(VARIABLE.length()), section.get(key).orElseThrow()));
        return new SimulatedWorkload(
                section.get("state", STATE, "R, S, D, Z or gone").orElse("S"),
                section.get("user", NAME, "the name of a user").orElse("alice"),
                section.get("command_line"),
                section.get("pod", POD, "NAMESPACE/POD/CONTAINER"),
                section.get("container", NAME, "the name of a container"),
                section.get("slurm_job", NUMBER, "a job number"),
                section.get("unit", NAME, "the name of a unit"),
                version(section, "cuda"),
                version(section, "wheel"),
                section.get("maps", PATHS, "absolute paths with commas between").stream()
                        .flatMap(paths -> List.of(paths.split(", *", -1)).stream())
                        .toList(),
                environment);
    }

    private static List<String> withVariables(ScenarioSection section) {
        return Stream.concat(KEYS.stream(), section.keys().stream().filter(key -> key.startsWith(VARIABLE)))
                .toList();
    }

    private static Optional<String> version(ScenarioSection section, String key) {
        return section.get(key, VERSION, "a version such as 12.4.127, or none").filter(text -> !text.equals("none"));
    }
}
