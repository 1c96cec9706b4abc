package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.api.AgentView;
import dev.gpudiag.agent.api.Api;
import dev.gpudiag.agent.http.ApiRequest;
import dev.gpudiag.agent.http.ApiRoute;
import dev.gpudiag.agent.http.ProblemException;
import dev.gpudiag.agent.report.JsonReport;
import dev.gpudiag.agent.report.Palette;
import dev.gpudiag.agent.report.ReportContext;
import dev.gpudiag.agent.report.TextReport;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Report;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The last report as {@code gpudiag check} prints it, for {@code gpudiag check --host}. */
final class ReportRoutes {

    private static final Set<String> NARROWING = Set.of("check", "skip", "gpu", "strict");
    private static final Set<String> TEXT = Set.of("check", "skip", "gpu", "strict", "verbose", "line");

    private final AgentView view;

    ReportRoutes(AgentView view) {
        this.view = view;
    }

    List<ApiRoute> routes() {
        return List.of(
                Api.json("/report", NARROWING, request -> {
                    Report report = narrowed(request);
                    return JsonReport.of(report, context(report, false));
                }),
                new ApiRoute(
                        Api.ROOT + "/report.txt",
                        TEXT,
                        "text/plain; charset=utf-8",
                        request -> text(request).getBytes(StandardCharsets.UTF_8)));
    }

    private String text(ApiRequest request) throws ProblemException {
        Report report = narrowed(request);
        return flag(request, "line")
                ? TextReport.oneLine(report) + "\n"
                : TextReport.render(report, context(report, flag(request, "verbose")), Palette.PLAIN);
    }

    private ReportContext context(Report report, boolean verbose) {
        Duration age = Duration.between(report.sample().takenAt(), view.now());
        List<String> notes = new ArrayList<>(view.agent().problems());
        notes.add("judged by a running agent; the time is the age of its sample");
        return new ReportContext(
                view.agent().version(), age.isNegative() ? Duration.ZERO : age, notes, report.exitCode(), verbose);
    }

    private Report narrowed(ApiRequest request) throws ProblemException {
        Report whole = Api.report(view);
        List<String> only = request.all("check");
        List<String> skip = request.all("skip");
        for (String id : only) {
            known(whole, id);
        }
        for (String id : skip) {
            known(whole, id);
        }
        List<CheckResult> results = whole.results().stream()
                .filter(result -> only.isEmpty() || only.contains(result.id()))
                .filter(result -> !skip.contains(result.id()))
                .toList();
        try {
            Report report = new GpuSelection(request.all("gpu")).narrow(new Report(whole.sample(), results));
            return flag(request, "strict") ? Strictness.apply(report) : report;
        } catch (UsageException e) {
            throw new ProblemException(400, e.getMessage().replace('\n', ' '));
        }
    }

    private static void known(Report report, String id) throws ProblemException {
        if (report.result(id).isEmpty()) {
            throw new ProblemException(400, "no check '" + id + "' is run there");
        }
    }

    private static boolean flag(ApiRequest request, String name) throws ProblemException {
        Optional<String> value = request.one(name);
        if (value.isEmpty() || value.get().equals("false")) {
            return false;
        }
        if (value.get().equals("true")) {
            return true;
        }
        throw new ProblemException(400, name + " is true or false");
    }
}
