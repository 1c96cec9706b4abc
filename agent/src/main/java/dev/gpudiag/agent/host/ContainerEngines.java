package dev.gpudiag.agent.host;

import static dev.gpudiag.telemetry.HostQuantities.ENGINES_WITHOUT_NVIDIA;
import static dev.gpudiag.telemetry.HostQuantities.ENGINE_MISSING_RUNTIME;

import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether Docker, containerd or CRI-O know NVIDIA's runtime, and whether the runtime that they start by default is there.
 *
 * <p>Says so only where it is sure: any word of NVIDIA in an engine's files outside comments counts as known, and engines that
 * a Kubernetes distribution brings and configures by itself (k3s, RKE2, MicroK8s, k0s) are not judged.
 */
final class ContainerEngines {

    private static final String SOURCE = "/etc/docker, /etc/containerd, /etc/crio";

    /** Where systemd lets an engine look for a runtime that is named without a directory. */
    private static final List<String> PATH =
            List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

    private static final List<String> TOOLKIT = List.of(
            ContainerToolkit.CONFIGURATION,
            "/usr/bin/nvidia-container-runtime",
            "/usr/bin/nvidia-ctk",
            "/usr/local/nvidia/toolkit/nvidia-container-runtime");

    private static final List<String> OTHERS =
            List.of("/var/lib/rancher/k3s", "/var/lib/rancher/rke2", "/var/snap/microk8s", "/var/lib/k0s");

    private final HostRoot root;

    ContainerEngines(HostRoot root) {
        this.root = root;
    }

    /** @param specifications what is known of CDI specifications: with one, engines need no runtime of NVIDIA's */
    Readings read(Reading<String> specifications) {
        List<EngineFiles> engines = installed();
        return Readings.builder()
                .put(ENGINE_MISSING_RUNTIME, missingRuntime(engines))
                .put(ENGINES_WITHOUT_NVIDIA, withoutNvidia(engines, specifications))
                .build();
    }

    private List<EngineFiles> installed() {
        List<EngineFiles> engines = new ArrayList<>();
        if (isInstalled("dockerd")) {
            engines.add(new DockerFiles(root));
        }
        if (isInstalled("containerd")) {
            engines.add(TomlEngineFiles.containerd(root));
        }
        if (isInstalled("crio")) {
            engines.add(TomlEngineFiles.crio(root));
        }
        return engines;
    }

    private boolean isInstalled(String program) {
        return PATH.stream().anyMatch(directory -> root.exists(directory + "/" + program));
    }

    private Reading<String> missingRuntime(List<EngineFiles> engines) {
        if (engines.isEmpty()) {
            return Reading.missing(Reason.NOT_SUPPORTED, SOURCE, "no Docker, containerd or CRI-O");
        }
        List<String> missing = engines.stream()
                .flatMap(engine -> engine.defaultRuntime().stream())
                .filter(runtime -> isMissing(runtime.program()))
                .map(runtime -> runtime.engine() + ": " + runtime.name() + " (" + runtime.program() + ")")
                .toList();
        Optional<Reading<String>> problem = problem(engines);
        return missing.isEmpty() && problem.isPresent()
                ? problem.get()
                : Reading.of(String.join(", ", missing), SOURCE);
    }

    private Reading<String> withoutNvidia(List<EngineFiles> engines, Reading<String> specifications) {
        boolean noSpecification =
                specifications.reason().filter(Reason.NOT_SUPPORTED::equals).isPresent();
        if (engines.isEmpty() || TOOLKIT.stream().noneMatch(root::exists)) {
            return Reading.missing(Reason.NOT_SUPPORTED, SOURCE, "no engine, or no container toolkit");
        }
        if (!noSpecification || !OTHERS.stream().allMatch(this::isAbsent)) {
            return Reading.of("", SOURCE);
        }
        Optional<Reading<String>> problem = problem(engines);
        if (problem.isPresent()) {
            return problem.get();
        }
        boolean known = engines.stream().anyMatch(EngineFiles::namesNvidia);
        return Reading.of(known ? "" : names(engines), SOURCE);
    }

    /** A containerd beside Docker is Docker's. */
    private static String names(List<EngineFiles> engines) {
        List<String> names =
                new ArrayList<>(engines.stream().map(EngineFiles::engine).toList());
        if (names.contains("Docker")) {
            names.remove("containerd");
        }
        return String.join(", ", names);
    }

    private static Optional<Reading<String>> problem(List<EngineFiles> engines) {
        return engines.stream().flatMap(engine -> engine.problem().stream()).findFirst();
    }

    /** Whether it is surely not there: what may not be looked at may be. */
    private boolean isMissing(String program) {
        return program.startsWith("/")
                ? isAbsent(program)
                : program.matches("[\\w.-]+")
                        && PATH.stream().allMatch(directory -> isAbsent(directory + "/" + program));
    }

    private boolean isAbsent(String path) {
        try {
            root.locate(path);
            return false;
        } catch (NoSuchFileException | NotDirectoryException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
