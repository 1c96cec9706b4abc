package dev.gpudiag.checks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Links findings to the one finding that explains them, so that a reader sees one root cause first.
 *
 * <p>A table says which rule explains what: the findings of other checks about the same GPU, or about the whole node. It
 * only ever adds {@link Finding#causedBy}; no status changes. A chain is resolved to its root.
 */
final class Causes {

    /** Which findings a cause reaches. */
    private enum Scope {
        SAME_GPU,
        NODE
    }

    /**
     * One row of the table, strongest first.
     *
     * @param rule the finding that explains
     * @param effects rules and checks that it explains; {@code *} for every problem, {@code UNKNOWN} for what it keeps
     *     from being read
     */
    private record Row(String rule, Scope scope, Set<String> effects) {

        boolean explains(String check, Finding effect) {
            return effects.contains("*")
                    || effects.contains(effect.status().name())
                    || effects.contains(check)
                    || effect.rule().filter(effects::contains).isPresent();
        }
    }

    private static final Set<String> ALL = Set.of("*");

    private static final List<Row> TABLE = List.of(
            new Row(
                    "drv.not_answering",
                    Scope.NODE,
                    Set.of("xid.gsp_timeout", "xid.fallen_off_bus", "xid.recovery_action", "UNKNOWN")),
            new Row("devices.driver_wedged", Scope.NODE, ALL),
            new Row(
                    "xid.after_reboots",
                    Scope.SAME_GPU,
                    Set.of(
                            "xid.fallen_off_bus",
                            "xid.gsp_timeout",
                            "xid.memory",
                            "xid.nvlink",
                            "xid.other",
                            "xid.recovery_action",
                            "pwr.cable")),
            new Row("xid.fallen_off_bus", Scope.SAME_GPU, ALL),
            new Row("xid.gsp_timeout", Scope.SAME_GPU, Set.of("devices", "xid.recovery_action", "UNKNOWN")),
            new Row("xid.fabric_fatal", Scope.NODE, Set.of("nvlink", "fabric", "xid.nvlink")),
            new Row("gpu.lost", Scope.SAME_GPU, ALL),
            new Row("gpu.reset_required", Scope.SAME_GPU, Set.of("ecc", "xid")),
            new Row("ecc.remap_failure", Scope.SAME_GPU, Set.of("xid.memory")),
            new Row("ecc.channel_repair", Scope.SAME_GPU, Set.of("xid.memory")),
            new Row("ecc.remap_pending", Scope.SAME_GPU, Set.of("xid.memory")),
            new Row("ecc.dbe_volatile", Scope.SAME_GPU, Set.of("xid.memory")),
            new Row("xid.memory", Scope.SAME_GPU, Set.of("xid.recovery_action", "xid.application")),
            new Row("xid.nvlink", Scope.SAME_GPU, Set.of("xid.recovery_action", "xid.application", "nvlink")),
            new Row("xid.other", Scope.SAME_GPU, Set.of("xid.recovery_action")));

    /** A finding with the check that made it. */
    private record Cause(String check, Finding finding, Row row) {

        boolean explains(String otherCheck, Finding other) {
            boolean reached = row.scope() == Scope.NODE
                    || (finding.subject().gpu().isPresent()
                            && finding.subject().gpu().equals(other.subject().gpu()));
            return reached
                    && !other.equals(finding)
                    && other.status().isProblem()
                    && !row.rule().equals(other.rule().orElse(""))
                    && row.explains(otherCheck, other);
        }
    }

    private final List<Cause> causes;

    private Causes(List<Cause> causes) {
        this.causes = causes;
    }

    /** The same results, with each finding that another explains linked to it. */
    static List<CheckResult> link(List<CheckResult> results) {
        Causes causes = new Causes(find(results));
        return results.stream().map(causes::link).toList();
    }

    /** In the order of the table; only what is a problem now explains anything. */
    private static List<Cause> find(List<CheckResult> results) {
        List<Cause> causes = new ArrayList<>();
        for (Row row : TABLE) {
            for (CheckResult result : results) {
                result.findings().stream()
                        .filter(finding -> finding.status().isProblem())
                        .filter(finding -> finding.rule().equals(Optional.of(row.rule())))
                        .forEach(finding -> causes.add(new Cause(result.id(), finding, row)));
            }
        }
        return causes;
    }

    private CheckResult link(CheckResult result) {
        List<Finding> linked = result.findings().stream()
                .map(finding -> link(result.id(), finding))
                .toList();
        return linked.equals(result.findings()) ? result : CheckRunner.result(result.id(), linked);
    }

    private Finding link(String check, Finding finding) {
        return strongest(strength(finding), check, finding)
                .map(cause -> finding.explainedBy(cause.check()))
                .orElse(finding);
    }

    /** How many causes are stronger than this finding: all of them, unless it is a cause itself. */
    private int strength(Finding finding) {
        for (int i = 0; i < causes.size(); i++) {
            if (causes.get(i).finding().equals(finding)) {
                return i;
            }
        }
        return causes.size();
    }

    /** The root of what explains this among the first {@code limit} causes: each is explained by stronger ones only. */
    private Optional<Cause> strongest(int limit, String check, Finding finding) {
        for (int i = 0; i < limit; i++) {
            Cause cause = causes.get(i);
            if (cause.explains(check, finding)) {
                return strongest(i, cause.check(), cause.finding()).or(() -> Optional.of(cause));
            }
        }
        return Optional.empty();
    }
}
