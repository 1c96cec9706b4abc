package dev.gpudiag.checks.cuda;

import dev.gpudiag.checks.Proof;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.cuda.ContainerEnvironment.Asked;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.ProcessCuda;
import dev.gpudiag.telemetry.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the environment and the device nodes of a process tell of how its container was given GPUs. */
final class ContainerRules {

    private final CompatibilityTable table;
    private final NodeSample sample;

    ContainerRules(CompatibilityTable table, NodeSample sample) {
        this.table = table;
        this.sample = sample;
    }

    /** Whether a container runtime set its environment up. */
    static boolean inContainer(GpuHolder holder) {
        return holder.workload()
                .value()
                .filter(workload -> workload.containerId().isPresent()
                        || workload.kind() == Workload.Kind.CONTAINER
                        || workload.kind() == Workload.Kind.KUBERNETES_POD)
                .isPresent();
    }

    List<Observation> judge(
            GpuHolder holder,
            ProcessCuda cuda,
            DriverLibraries libraries,
            List<Platform> platforms,
            Optional<Decision> decision) {
        List<Observation> observations = new ArrayList<>();
        Optional<Map<String, String>> variables = cuda.environment().value();
        if (variables.isEmpty()) {
            return observations;
        }
        ContainerEnvironment environment = new ContainerEnvironment(variables.get());
        String source = cuda.environment().source();
        if (inContainer(holder)) {
            requirements(environment, platforms, decision, source).ifPresent(observations::add);
            capabilities(environment, libraries, source).ifPresent(observations::add);
            devices(environment, cuda, source).ifPresent(observations::add);
        }
        List<String> debug = DebugVariables.in(variables.get());
        if (!debug.isEmpty()) {
            observations.add(new Observation(
                    "ctr.bad_env",
                    Status.WARNING,
                    "variables for debugging are set: " + String.join(", ", debug),
                    "They slow it down, change what it does, or dump its memory to disk.",
                    List.of("unset them unless somebody debugs it now"),
                    List.of(new Proof(source, String.join(", ", debug)))));
        }
        return observations;
    }

    private Optional<Observation> requirements(
            ContainerEnvironment environment, List<Platform> platforms, Optional<Decision> decision, String source) {
        List<Asked> unmet = environment.asked().stream()
                .filter(asked -> platforms.stream().anyMatch(platform -> isUnmet(asked, platform)))
                .toList();
        if (unmet.isEmpty()) {
            return Optional.empty();
        }
        List<Proof> proofs = unmet.stream()
                .map(asked -> new Proof(source, asked.variable() + ": " + asked.requirement()))
                .toList();
        String asked = "it asks for '" + unmet.getFirst().requirement() + "', which this node is not";
        if (environment.requirementsDisabled()) {
            return Optional.of(new Observation(
                    "ctr.require_unsatisfied",
                    Status.INFO,
                    asked + "; the check is bypassed by NVIDIA_DISABLE_REQUIRE",
                    "The container toolkit was told not to look at what the image asks.",
                    List.of(),
                    proofs));
        }
        boolean cdi =
                environment.visibleDevices().filter(VisibleDevices::isNothing).isPresent();
        boolean runs =
                decision.map(Decision::result).filter(Decision.Result::runs).isPresent();
        return Optional.of(new Observation(
                "ctr.require_unsatisfied",
                cdi ? Status.INFO : Status.WARNING,
                asked,
                cdi
                        ? "Its devices came by CDI, which does not look at what the image asks."
                        : "The container toolkit refuses to start it again: unsatisfied condition.",
                runs
                        ? List.of(
                                "it runs on this driver all the same: set NVIDIA_DISABLE_REQUIRE=1, or use an older image")
                        : List.of("use an image of an older CUDA, or install a newer driver"),
                proofs));
    }

    /** What cannot be judged does not count as unmet: the container was started after all. */
    private boolean isUnmet(Asked asked, Platform platform) {
        try {
            return Requirement.parse(asked.requirement())
                    .isMetBy(platform.facts(table))
                    .equals(Optional.of(false));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Optional<Observation> capabilities(
            ContainerEnvironment environment, DriverLibraries libraries, String source) {
        return environment
                .capabilitiesWithoutCompute()
                .filter(text -> !libraries.hasDriver())
                .map(text -> new Observation(
                        "ctr.cap_missing",
                        Status.CRITICAL,
                        "NVIDIA_DRIVER_CAPABILITIES=" + text + " leaves compute out, and it has no libcuda",
                        "Without libcuda every CUDA call fails with error 35 or 100.",
                        List.of("set NVIDIA_DRIVER_CAPABILITIES=compute,utility and start it again"),
                        List.of(new Proof(source, "NVIDIA_DRIVER_CAPABILITIES=" + text))));
    }

    private Optional<Observation> devices(ContainerEnvironment environment, ProcessCuda cuda, String source) {
        Optional<String> visible = environment.visibleDevices();
        List<String> unknown =
                visible.map(text -> VisibleDevices.unknown(text, sample)).orElse(List.of());
        if (!unknown.isEmpty()) {
            return Optional.of(new Observation(
                    "ctr.visible_devices",
                    Status.WARNING,
                    "NVIDIA_VISIBLE_DEVICES names what this node does not have: " + String.join(", ", unknown),
                    "A GPU was exchanged, or the variable was copied from another node.",
                    List.of("let the device plugin or the job scheduler set it, or name GPUs of nvidia-smi -L"),
                    List.of(new Proof(source, "NVIDIA_VISIBLE_DEVICES=" + visible.orElseThrow()))));
        }
        return cuda.deviceNodes()
                .value()
                .flatMap(nodes ->
                        visible.isPresent() ? VisibleDevices.nothingGiven(visible.get(), nodes) : Optional.empty())
                .map(seen -> new Observation(
                        "ctr.visible_devices",
                        Status.WARNING,
                        seen,
                        "CUDA finds no device: error 100.",
                        List.of(
                                "start it with the NVIDIA runtime: runtimeClassName: nvidia, or docker run --gpus",
                                "in Kubernetes ask for nvidia.com/gpu in the container's limits"),
                        List.of(
                                new Proof(source, "NVIDIA_VISIBLE_DEVICES=" + visible.orElse("")),
                                new Proof(cuda.deviceNodes().source(), "no nvidiaN"))));
    }
}
