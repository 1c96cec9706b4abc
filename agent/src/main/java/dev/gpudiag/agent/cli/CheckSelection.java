package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.config.Suggestions;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.catalog.CheckCatalog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which checks are run, and which are shown as skipped because somebody asked for it.
 *
 * @param chosen what the report shows, in its order
 * @param named whether the caller named them, which beats a configuration that skips them
 * @param skipped why a check among them is not run, by its id
 */
record CheckSelection(List<Check> chosen, boolean named, Map<String, String> skipped) {

    CheckSelection {
        chosen = List.copyOf(chosen);
        skipped = Map.copyOf(skipped);
    }

    /** Every check there is. */
    static CheckSelection all(List<Check> all) {
        return new CheckSelection(all, false, Map.of());
    }

    /** @throws UsageException naming every id that is unknown */
    static CheckSelection of(List<Check> all, List<String> only, List<String> skip) throws UsageException {
        List<String> ids = all.stream().map(check -> check.spec().id()).toList();
        List<String> errors = new ArrayList<>();
        for (String id : only) {
            unknown("", id, ids, errors);
        }
        for (String id : skip) {
            unknown("--skip: ", id, ids, errors);
        }
        if (!errors.isEmpty()) {
            errors.add("there are: " + String.join(", ", ids));
            throw new UsageException(String.join("\n", errors));
        }
        List<Check> chosen = all.stream()
                .filter(check -> only.isEmpty() || only.contains(check.spec().id()))
                .toList();
        return new CheckSelection(chosen, !only.isEmpty(), reasons(Set.copyOf(skip), "left out by --skip"));
    }

    private static Map<String, String> reasons(Set<String> ids, String reason) {
        return ids.stream().collect(Collectors.toMap(id -> id, id -> reason));
    }

    /** This selection without the checks that the configuration skips. */
    CheckSelection without(Set<String> configured) {
        if (named || configured.isEmpty()) {
            return this;
        }
        Map<String, String> reasons = new HashMap<>(reasons(configured, "left out by the configuration"));
        reasons.putAll(skipped);
        return new CheckSelection(chosen, false, reasons);
    }

    private static void unknown(String option, String id, List<String> ids, List<String> errors) {
        if (!ids.contains(id)) {
            errors.add(option + "no check '" + id + "'" + Suggestions.hint(id, ids));
        }
    }

    /** What has to be collected for the checks that are run. */
    Set<Need> needs(Settings settings) {
        return CheckCatalog.needs(running(), settings);
    }

    private List<Check> running() {
        return chosen.stream()
                .filter(check -> !skipped.containsKey(check.spec().id()))
                .toList();
    }

    Report run(Evidence evidence) {
        Report run = new CheckRunner(running()).run(evidence);
        List<CheckResult> results = chosen.stream()
                .map(check -> check.spec().id())
                .map(id ->
                        run.result(id).orElseGet(() -> new CheckResult(id, Status.SKIPPED, skipped.get(id), List.of())))
                .toList();
        return run.withResults(results);
    }
}
