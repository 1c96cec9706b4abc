package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Who a process works for: what an engineer would look for, restart or call.
 *
 * <p>Names come from the container runtime, the kubelet's log directories, Slurm's and systemd's control groups; they are
 * hostile text until a report has made them printable.
 *
 * @param kind what it is
 * @param name its name for people: {@code default/trainer-0 (main)}, a container's name, {@code 42}, {@code
 *     trainer.service}, {@code alice}
 * @param namespace Kubernetes namespace
 * @param pod Kubernetes pod name
 * @param podUid Kubernetes pod uid with dashes, or the hash of a static pod
 * @param container name of the container, within its pod or on its own
 * @param containerId 64 hexadecimal digits, as the runtime names it
 * @param runtime docker, containerd, cri-o, podman, lxc
 */
public record Workload(
        Kind kind,
        String name,
        Optional<String> namespace,
        Optional<String> pod,
        Optional<String> podUid,
        Optional<String> container,
        Optional<String> containerId,
        Optional<String> runtime) {

    /** What a process can work for; the most specific that was found. */
    public enum Kind {
        KUBERNETES_POD,
        CONTAINER,
        SLURM_JOB,
        SYSTEMD_UNIT,
        USER
    }

    public Workload {
        requireNonNull(kind, "kind is null");
        requireNonNull(name, "name is null");
    }

    /** A workload that is no container. */
    public static Workload of(Kind kind, String name) {
        return new Workload(
                kind,
                name,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** In words, hostile text as it is: {@code pod default/trainer-0 (main)}, {@code Slurm job 42}, {@code user alice}. */
    public String describe() {
        return switch (kind) {
            case KUBERNETES_POD -> "pod " + name;
            case CONTAINER -> runtime.map(engine -> engine + " ").orElse("") + "container " + name;
            case SLURM_JOB -> "Slurm job " + name;
            case SYSTEMD_UNIT -> "unit " + name;
            case USER -> "user " + name;
        };
    }
}
