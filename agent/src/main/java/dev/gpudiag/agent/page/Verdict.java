package dev.gpudiag.agent.page;

import dev.gpudiag.agent.report.FindingGroup;
import dev.gpudiag.agent.report.Problem;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.DriverPhase;
import dev.gpudiag.telemetry.HostQuantities;
import java.util.List;
import java.util.Optional;

/**
 * The node in one sentence.
 *
 * @param status how bad it is; UNKNOWN before the first verdict
 * @param sentence what is wrong, or that nothing is
 * @param addition how many other things are wrong, or how many checks said so; may be empty
 * @param title for the browser's tab: status, node, sentence
 */
record Verdict(Status status, String sentence, String addition, String title) {

    private static final int TITLE_LENGTH = 100;

    static Verdict of(PageView view) {
        return view.report().map(report -> of(report, view.isOld())).orElseGet(() -> {
            String sentence = "No verdict yet: the first look at this node has not ended";
            return new Verdict(Status.UNKNOWN, sentence, "", "no verdict yet - gpudiag");
        });
    }

    private static Verdict of(Report report, boolean old) {
        List<Problem> problems = Problem.of(report);
        Optional<String> waiting = waiting(report);
        Status status = waiting.isPresent() && !report.verdict().isProblem() ? Status.SKIPPED : report.verdict();
        String sentence = status.isProblem() ? worst(problems, status) : waiting.orElseGet(() -> fine(report, status));
        String addition = status.isProblem() ? others(problems.size() - 1) : coverage(report);
        String node = report.sample()
                .driver()
                .get(HostQuantities.HOSTNAME)
                .value()
                .map(name -> " " + name)
                .orElse("");
        String title = (old ? "(old) " : "") + status + node + ": " + sentence;
        return new Verdict(status, sentence, addition, VisibleText.of(title, TITLE_LENGTH));
    }

    /** Why GPUs are not judged although nothing is wrong with them. */
    private static Optional<String> waiting(Report report) {
        String detail = report.sample().driver().nvml().describe();
        return switch (DriverPhase.of(report.sample())) {
            case RELEASED -> Optional.of("GPUs are not judged: gpudiag has let go of the driver (" + detail + ")");
            case STARTING -> Optional.of("GPUs are not judged yet: the driver is being started (" + detail + ")");
            default -> Optional.empty();
        };
    }

    private static String worst(List<Problem> problems, Status status) {
        return problems.stream()
                .filter(problem -> problem.status() == status)
                .findFirst()
                .or(() -> problems.stream().findFirst())
                .map(problem -> sentence(problem.cause()))
                .orElse("a check could not say what is wrong");
    }

    private static String sentence(FindingGroup group) {
        return group.seen().isEmpty() ? group.check() : group.seen().getFirst();
    }

    private static String others(int number) {
        return number < 1 ? "" : "and " + Amounts.count(number, "other problem", "other problems");
    }

    private static String fine(Report report, Status status) {
        if (status == Status.SKIPPED) {
            return report.results().stream()
                    .map(CheckResult::summary)
                    .findFirst()
                    .map(reason -> "Nothing was checked: " + reason)
                    .orElse("Nothing was checked");
        }
        int gpus = report.sample().gpus().size();
        return gpus == 0
                ? "Nothing is wrong, and there is no GPU to look at"
                : "Nothing is wrong with " + (gpus == 1 ? "the GPU" : "the " + gpus + " GPUs") + " of this node";
    }

    private static String coverage(Report report) {
        return report.ran() + " of " + report.results().size() + " checks ran";
    }
}
