package dev.gpudiag.checks.explain;

import dev.gpudiag.checks.DataTable;
import dev.gpudiag.checks.Status;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Return codes of NVML, CUDA errors and reasons of the clocks, from the tables that ship with gpudiag. */
final class CodeTables {

    private static final String NEXT = " -> ";

    private CodeTables() {}

    static List<Explanation> nvml() {
        return DataTable.of(CodeTables.class, "nvml-returns.csv").rows().stream()
                .map(row -> code(TopicKind.NVML, row.getFirst(), row.subList(1, 2), row.subList(2, row.size())))
                .toList();
    }

    static List<Explanation> cuda() {
        return DataTable.of(CodeTables.class, "cuda-errors.csv").rows().stream()
                .map(row -> code(TopicKind.CUDA, row.getFirst(), row.subList(1, 3), row.subList(3, row.size())))
                .toList();
    }

    /** @param rest meaning, usually, actions, escalation, source */
    private static Explanation code(TopicKind kind, String code, List<String> names, List<String> rest) {
        return explanation(kind, code, names, Optional.empty(), rest);
    }

    static List<Explanation> clocks() {
        return DataTable.of(CodeTables.class, "clock-reasons.csv").rows().stream()
                .map(row -> explanation(
                        TopicKind.CLOCKS,
                        row.getFirst(),
                        row.subList(1, 2),
                        Optional.of(Status.valueOf(row.get(2))),
                        row.subList(3, row.size())))
                .toList();
    }

    private static Explanation explanation(
            TopicKind kind, String code, List<String> names, Optional<Status> severity, List<String> rest) {
        return new Explanation(
                kind,
                code,
                names,
                severity,
                rest.get(0),
                rest.get(1),
                actions(rest.get(2)),
                List.of(),
                Escalation.valueOf(rest.get(3)),
                rest.get(4));
    }

    private static List<String> actions(String cell) {
        return Arrays.stream(cell.split(NEXT)).map(String::strip).toList();
    }
}
