package dev.gpudiag.agent.report;

import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Whom a fault hits now: the workloads on its GPUs, or on all of the node. */
final class Impact {

    private static final int NAMED = 3;

    private final NodeSample node;

    /** A process and who it works for. */
    private record User(String name, long pid) {}

    Impact(NodeSample node) {
        this.node = node;
    }

    /** In words; empty where it is not known, or where the fault is about a process anyway. */
    Optional<String> of(FindingGroup group) {
        boolean aboutProcesses = group.findings().stream()
                .map(Finding::subject)
                .map(Subject::kind)
                .anyMatch(kind -> kind == Subject.Kind.PROCESS || kind == Subject.Kind.WORKLOAD);
        if (aboutProcesses) {
            return Optional.empty();
        }
        return group.gpus().isEmpty() ? onNode() : onGpus(group.gpus());
    }

    private Optional<String> onNode() {
        return node.host()
                .holders()
                .value()
                .map(holders -> holders.isEmpty()
                        ? "no process holds a GPU now"
                        : "held by " + words(holders.stream().map(Impact::user).toList()));
    }

    private Optional<String> onGpus(Set<Integer> indices) {
        List<User> users = new ArrayList<>();
        for (GpuSample gpu : node.gpus()) {
            if (!indices.contains(gpu.identity().index())) {
                continue;
            }
            Reading<List<ComputeProcess>> processes = gpu.processes();
            if (processes.value().isEmpty()) {
                return Optional.empty();
            }
            processes.value().get().forEach(process -> users.add(user(process)));
        }
        return Optional.of(users.isEmpty() ? "no process on it now" : "in use by " + words(users));
    }

    private User user(ComputeProcess process) {
        return node.host()
                .holder(process.pid())
                .map(Impact::user)
                .orElseGet(() -> new User(process.name().orElse("process"), process.pid()));
    }

    private static User user(GpuHolder holder) {
        String command = holder.command().value().orElse("process");
        String name = holder.knownWorkload()
                .map(workload -> workload.describe() + ": " + command)
                .orElse(command);
        return new User(name, holder.pid());
    }

    /** A few of them by name, with their processes; a process on several GPUs once. */
    private static String words(List<User> users) {
        Map<String, List<Long>> byName = users.stream()
                .distinct()
                .collect(Collectors.groupingBy(
                        User::name, LinkedHashMap::new, Collectors.mapping(User::pid, Collectors.toList())));
        List<String> names = byName.entrySet().stream()
                .map(entry -> entry.getKey() + " (pid "
                        + some(entry.getValue().stream().map(String::valueOf).toList()) + ")")
                .toList();
        return some(names);
    }

    private static String some(List<String> names) {
        String shown = String.join(", ", names.subList(0, Math.min(NAMED, names.size())));
        return names.size() > NAMED ? shown + " and " + (names.size() - NAMED) + " more" : shown;
    }
}
