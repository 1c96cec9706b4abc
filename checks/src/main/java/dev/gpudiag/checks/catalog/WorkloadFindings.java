package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.checks.cuda.Observation;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.Workload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Collects what was found of processes; what is the same for several processes of one workload is one finding. */
final class WorkloadFindings {

    private static final int PIDS_SHOWN = 4;

    /** What must be equal for processes to be told together; the proofs are those of the first of them. */
    private record Key(
            Optional<Workload> workload,
            String command,
            String rule,
            Status status,
            String seen,
            List<String> actions) {}

    private record Group(Observation observation, List<GpuHolder> holders) {}

    private final Map<Key, Group> groups = new LinkedHashMap<>();

    void add(GpuHolder holder, Observation observation) {
        Optional<Workload> workload = holder.knownWorkload();
        // without a workload, processes of one name are taken together
        String command = workload.isPresent() ? "" : holder.command().value().orElse("");
        Key key = new Key(
                workload, command, observation.rule(), observation.status(), observation.seen(), observation.actions());
        groups.computeIfAbsent(key, first -> new Group(observation, new ArrayList<>()))
                .holders()
                .add(holder);
    }

    boolean isEmpty() {
        return groups.isEmpty();
    }

    List<Finding> findings() {
        return groups.entrySet().stream()
                .map(entry -> finding(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Finding finding(Key key, Group group) {
        Observation observation = group.observation();
        Finding.Builder finding = Finding.builder(
                        observation.status(),
                        subject(key, group.holders()),
                        named(group.holders()) + observation.seen())
                .why(observation.why())
                .measured("processes", group.holders().size(), "count")
                .rule(observation.rule());
        observation.actions().forEach(finding::action);
        observation.proofs().forEach(proof -> finding.proof(proof.source(), proof.value()));
        return finding.build();
    }

    private static Subject subject(Key key, List<GpuHolder> holders) {
        if (key.workload().isPresent()) {
            return Subject.workload(key.workload().get());
        }
        return holders.size() == 1 ? Subject.process(holders.getFirst().pid()) : Subject.node();
    }

    /** {@code python3 (pid 4711): } or {@code 8 processes (pid 4711, 4712, 4713, 4714 and 4 more): }. */
    private static String named(List<GpuHolder> holders) {
        String pids = holders.stream()
                .limit(PIDS_SHOWN)
                .map(holder -> String.valueOf(holder.pid()))
                .collect(Collectors.joining(", "));
        int more = holders.size() - PIDS_SHOWN;
        String name = holders.size() == 1
                ? holders.getFirst().command().value().orElse("process")
                : holders.size() + " processes";
        return name + " (pid " + pids + (more > 0 ? " and " + more + " more" : "") + "): ";
    }
}
