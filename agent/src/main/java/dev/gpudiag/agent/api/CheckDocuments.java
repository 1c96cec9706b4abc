package dev.gpudiag.agent.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.http.ApiRequest;
import dev.gpudiag.agent.http.ProblemException;
import dev.gpudiag.agent.report.JsonReport;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** {@code /api/v1/checks} and {@code /api/v1/findings}: the last verdict. */
final class CheckDocuments {

    static final Set<String> PARAMETERS = Set.of("status", "gpu", "check");

    private final AgentView view;

    CheckDocuments(AgentView view) {
        this.view = view;
    }

    /** A finding and the check that made it. */
    private record Found(String check, Finding finding) {}

    ObjectNode all() throws ProblemException {
        Report report = Api.report(view);
        ObjectNode root = begun(report);
        ArrayNode checks = root.putArray("checks");
        report.results().forEach(result -> checks.add(JsonReport.check(result, report)));
        root.set("coverage", JsonReport.coverage(report));
        return root;
    }

    ObjectNode one(String id) throws ProblemException {
        Report report = Api.report(view);
        ObjectNode root = begun(report);
        root.set("check", JsonReport.check(result(report, id), report));
        return root;
    }

    private static CheckResult result(Report report, String id) throws ProblemException {
        return report.result(id).orElseThrow(() -> new ProblemException(404, "no check '" + id + "' is run here"));
    }

    /** Worst first; those of one status in the order of the report. */
    ObjectNode findings(ApiRequest request) throws ProblemException {
        Report report = Api.report(view);
        Set<Status> wanted = statuses(request.all("status"));
        List<String> checks = request.all("check");
        for (String check : checks) {
            result(report, check);
        }
        Optional<String> gpu = request.one("gpu");
        Optional<String> key = gpu.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        GpuDocuments.find(report.sample(), gpu.get()).identity().key());
        List<Found> found = new ArrayList<>();
        for (CheckResult result : report.results()) {
            result.findings().stream()
                    .filter(finding -> wanted.contains(finding.status()))
                    .filter(finding -> checks.isEmpty() || checks.contains(result.id()))
                    .filter(finding -> key.isEmpty()
                            || finding.subject()
                                    .gpu()
                                    .filter(of -> of.key().equals(key.get()))
                                    .isPresent())
                    .forEach(finding -> found.add(new Found(result.id(), finding)));
        }
        found.sort(Comparator.comparing((Found one) -> one.finding().status()).reversed());
        ObjectNode root = begun(report);
        ArrayNode findings = root.putArray("findings");
        found.forEach(one -> findings.add(JsonReport.finding(one.check(), one.finding(), report)));
        return root;
    }

    private static Set<Status> statuses(List<String> names) throws ProblemException {
        Set<Status> statuses = EnumSet.noneOf(Status.class);
        for (String name : names) {
            try {
                statuses.add(Status.valueOf(name.toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                throw new ProblemException(400, "no status '" + name + "'; there are: " + List.of(Status.values()));
            }
        }
        return statuses.isEmpty() ? EnumSet.allOf(Status.class) : statuses;
    }

    private static ObjectNode begun(Report report) {
        return Api.begun()
                .put("taken_at", report.sample().takenAt().toString())
                .put("verdict", report.verdict().name())
                .put("exit_code", report.exitCode());
    }
}
