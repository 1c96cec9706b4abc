package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.HostQuantities;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether the container toolkit and the engines that are to use it are set up for each other. */
final class ToolkitSetup {

    private ToolkitSetup() {}

    static List<Finding> findings(DriverFacts facts) {
        return Stream.of(ldconfig(facts), missingRuntime(facts), registration(facts))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Finding> ldconfig(DriverFacts facts) {
        return facts.text(HostQuantities.TOOLKIT_MISSING_LDCONFIG)
                .map(path -> Finding.builder(
                                Status.WARNING,
                                Subject.node(),
                                "the container toolkit is told to run " + path + ", which is not there")
                        .rule("drv.toolkit_ldconfig")
                        .why(
                                "A container with a GPU does not start: ldconfig makes the driver's libraries known in it.")
                        .action("set ldconfig in /etc/nvidia-container-runtime/config.toml to @/sbin/ldconfig")
                        .proof(
                                HostQuantities.TOOLKIT_MISSING_LDCONFIG,
                                facts.state().get(HostQuantities.TOOLKIT_MISSING_LDCONFIG))
                        .build());
    }

    private static Optional<Finding> missingRuntime(DriverFacts facts) {
        return facts.text(HostQuantities.ENGINE_MISSING_RUNTIME)
                .map(runtimes -> Finding.builder(
                                Status.WARNING,
                                Subject.node(),
                                "the default runtime of a container engine is not there: " + runtimes)
                        .rule("drv.engine_runtime")
                        .why("That engine starts no container any more, with a GPU or without.")
                        .action("install the container toolkit again: apt install nvidia-container-toolkit")
                        .action("or take the default runtime out of the engine's configuration and restart it")
                        .proof(
                                HostQuantities.ENGINE_MISSING_RUNTIME,
                                facts.state().get(HostQuantities.ENGINE_MISSING_RUNTIME))
                        .build());
    }

    private static Optional<Finding> registration(DriverFacts facts) {
        return facts.text(HostQuantities.ENGINES_WITHOUT_NVIDIA)
                .map(engines -> Finding.builder(
                                Status.INFO,
                                Subject.node(),
                                "the container toolkit is installed, and not registered with " + engines)
                        .rule("drv.engine_registration")
                        .why("Kubernetes, --runtime=nvidia and CDI find no GPU on this node. docker run --gpus works"
                                + " without a registration.")
                        .action("nvidia-ctk runtime configure --runtime=docker (or containerd, crio), then restart it")
                        .action("or by CDI: nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml")
                        .proof(
                                HostQuantities.ENGINES_WITHOUT_NVIDIA,
                                facts.state().get(HostQuantities.ENGINES_WITHOUT_NVIDIA))
                        .proof(HostQuantities.CDI_SPECS, facts.state().get(HostQuantities.CDI_SPECS))
                        .build());
    }
}
