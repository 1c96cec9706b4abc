package dev.gpudiag.agent.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.client.AgentAnswer;
import dev.gpudiag.agent.client.AgentException;
import dev.gpudiag.agent.report.AgentStatus;
import dev.gpudiag.agent.report.ReportContext;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code check --host}: the verdict of a running agent, narrowed and shown as one of this machine's would be. */
final class RemoteCheck {

    static final String REPORT = "/api/v1/report";
    private static final String SNAPSHOT = "/api/v1/snapshot";

    /** How often report and snapshot are asked for until both are of one round. */
    private static final int ROUNDS = 5;

    private final CommandContext context;
    private final AgentFlags agent;
    private final AnswerFlags answer;

    RemoteCheck(CommandContext context, AgentFlags agent, AnswerFlags answer) {
        this.context = context;
        this.agent = agent;
        this.answer = answer;
    }

    /**
     * Asks and prints.
     *
     * @param judge narrows a report to what was asked for
     * @return the exit code: that of the verdict, and of UNKNOWN where no agent gives one
     */
    int run(CheckSelection checks, Judge judge) throws UsageException, InterruptedException {
        AgentReport told;
        try {
            told = ask();
        } catch (AgentException e) {
            return unknown(e.getMessage());
        } catch (IOException e) {
            return unknown("the answer of the agent cannot be used: " + e.getMessage());
        }
        Report judged = judge.apply(chosen(told.report(), checks));
        ReportContext around = new ReportContext(
                context.product().version(),
                told.age(),
                told.notes(),
                answer.exitCode(judged.verdict()),
                answer.verbose());
        context.console().out().print(answer.text(context, judged, around));
        return around.exitCode();
    }

    /** Narrows a report. */
    interface Judge {
        Report apply(Report report) throws UsageException;
    }

    private AgentReport ask() throws AgentException, IOException, UsageException, InterruptedException {
        AgentAnswer status = get(StatusCommand.PATH);
        Optional<String> old = new AgentStatus(status.document()).old();
        if (old.isPresent()) {
            throw new IOException(old.get() + " (gpudiag status says more)");
        }
        AgentReport told = round(status);
        for (int round = 1; round < ROUNDS && !told.isOfOneRound(); round++) {
            told = round(status);
        }
        return told;
    }

    private AgentReport round(AgentAnswer status)
            throws AgentException, IOException, UsageException, InterruptedException {
        ObjectNode report = get(REPORT).document();
        return AgentReport.of(report, get(SNAPSHOT).document(), status.from().toString());
    }

    /** Half of what is left for each question, so that the last one is told before the time is over. */
    private AgentAnswer get(String path) throws AgentException, UsageException, InterruptedException {
        Duration left = context.stopwatch().remaining(answer.timeout()).dividedBy(2);
        return agent.client(Settings.defaults(), left).get(path);
    }

    /** All that the agent judged; where checks were named, those, also where it does not run them. */
    private static Report chosen(Report report, CheckSelection checks) {
        List<CheckResult> results = new ArrayList<>();
        if (checks.named()) {
            for (Check check : checks.chosen()) {
                String id = check.spec().id();
                results.add(report.result(id).orElseGet(() -> notRun(id)));
            }
        } else {
            results.addAll(report.results());
        }
        results.replaceAll(result -> checks.skipped().containsKey(result.id())
                ? new CheckResult(result.id(), Status.SKIPPED, checks.skipped().get(result.id()), List.of())
                : result);
        return report.withResults(results);
    }

    private static CheckResult notRun(String id) {
        String seen = "the agent there does not run it";
        Finding finding = Finding.builder(Status.UNKNOWN, Subject.node(), seen)
                .why("Its configuration leaves this check out, or it is of an older version.")
                .action("gpudiag check " + id + ", on that node")
                .build();
        return new CheckResult(id, Status.UNKNOWN, seen, List.of(finding));
    }

    private int unknown(String why) {
        answer.complain(context, why);
        return answer.exitCode(Status.UNKNOWN);
    }
}
