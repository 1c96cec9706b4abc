package dev.gpudiag.agent.runbook;

import dev.gpudiag.agent.report.Headline;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.explain.Escalation;
import dev.gpudiag.checks.explain.Explainer;
import dev.gpudiag.checks.explain.Explanation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The runbook of one node, in Markdown: overview, health commands, the state it was written in, each failure with what to do,
 * the paths of a GPU service that fails, and whom to ask.
 */
public final class Runbook {

    private static final Map<Escalation, String> BRING = Map.of(
            Escalation.RESTART, "the pod or unit and its log; `gpudiag check` and `gpudiag compat --pid PID`",
            Escalation.RESET, "`gpudiag check`, `gpudiag xid < dmesg`; the node drained, who runs on it told",
            Escalation.VENDOR,
                    "serial, board part number, VBIOS and slot from the table of boards, `gpudiag snapshot`, the kernel log");

    private final Report report;
    private final List<Check> checks;
    private final String version;
    private final NodeFacts facts;
    private final Markdown text = new Markdown();

    private Runbook(Report report, List<Check> checks, String version) {
        this.report = report;
        this.checks = checks;
        this.version = version;
        this.facts = new NodeFacts(report.sample());
    }

    /** The runbook of the node that {@code report} is about. */
    public static String of(Report report, List<Check> checks, String version) {
        return new Runbook(report, checks, version).write();
    }

    private String write() {
        text.heading(1, "GPU runbook: " + Markdown.plain(facts.hostname()));
        Headline.banner(report.sample().source())
                .ifPresent(banner -> text.paragraph("**" + Markdown.plain(banner) + "**"));
        text.paragraph("Written by gpudiag " + version + " at "
                + report.sample().takenAt().truncatedTo(ChronoUnit.SECONDS)
                + " from what it saw on the node; write it anew after a change: "
                + Markdown.code("gpudiag runbook --output FILE --force") + ".");
        overview();
        commands();
        state();
        failures();
        text.paragraph(servicePaths());
        escalation();
        return text.toString();
    }

    private void overview() {
        text.heading(2, "Overview");
        text.table(List.of("", ""), facts.overview());
        if (!report.sample().gpus().isEmpty()) {
            text.table(
                    List.of("GPU", "Board", "PCI", "UUID", "Serial", "Part number", "VBIOS", "Slot"), facts.boards());
        }
    }

    private void commands() {
        text.heading(2, "Health commands");
        text.paragraph(
                "All of them only read; `release` alone changes something, what the agent holds. Exit codes of `check`: 0 nothing wrong, 1 warning, 2 critical, 3 not known.");
        text.table(
                List.of("Question", "Command"),
                Stream.of(
                                List.of("What is wrong now, why, and what to do?", "gpudiag check"),
                                List.of("What of one GPU?", "gpudiag check --gpu 0 -v"),
                                List.of("What does this check, Xid or error mean?", "gpudiag explain xid 79"),
                                List.of("What did the kernel log say?", "dmesg | gpudiag xid"),
                                List.of("Which CUDA runs on this driver?", "gpudiag compat --matrix"),
                                List.of("Will this container run here?", "gpudiag compat --image FILE"),
                                List.of("Why did this process fail to start?", "gpudiag compat --pid PID"),
                                List.of("Does memory leak?", "gpudiag watch-memory --for 30m"),
                                List.of("Why did it run out of memory?", "gpudiag explain-oom < LOG"),
                                List.of("Will this model fit?", "gpudiag fit --params 13b --dtype fp16"),
                                List.of("What changed since it was well?", "gpudiag baseline diff"),
                                List.of("What happened here, and whose process was it?", "gpudiag timeline --since 2h"),
                                List.of("Who uses the GPUs now?", "gpudiag top"),
                                List.of("How is the agent?", "gpudiag status"),
                                List.of("Have the agent let go before a reset or upgrade", "gpudiag release --for 10m"),
                                List.of("Everything for the vendor, without secrets", "gpudiag report"),
                                List.of("Everything, for somebody elsewhere", "gpudiag snapshot > node.json"))
                        .map(row -> List.of(row.getFirst(), Markdown.code(row.getLast())))
                        .toList());
    }

    private void state() {
        text.heading(2, "State when this was written");
        List<String> problems =
                report.results().stream().flatMap(Runbook::problems).toList();
        text.paragraph("Verdict: **" + report.verdict() + "**, " + report.ran() + " of "
                + report.results().size() + " checks ran.");
        if (!problems.isEmpty()) {
            text.bullets(problems);
        }
    }

    private static Stream<String> problems(CheckResult result) {
        return result.findings().stream()
                .filter(finding ->
                        finding.status().isProblem() && finding.causedBy().isEmpty())
                .map(finding -> "**" + finding.status() + "** " + result.id() + ", "
                        + Markdown.plain(finding.subject().describe()) + ": " + Markdown.plain(finding.seen())
                        + todo(finding));
    }

    private static String todo(Finding finding) {
        return finding.actions().isEmpty() ? "" : ". Do: " + Markdown.plain(String.join("; ", finding.actions()));
    }

    private void failures() {
        text.heading(2, "Failures and their fix");
        text.paragraph("By the check that finds them, the worst first; `gpudiag explain ID` says more of each.");
        Explainer explainer = new Explainer(checks);
        for (Check check : checks) {
            List<Rule> rules = check.spec().rules().stream()
                    .sorted(Comparator.comparing(Rule::severity).reversed())
                    .toList();
            if (rules.isEmpty()) {
                continue;
            }
            text.heading(
                    3, check.spec().id() + ": " + Markdown.plain(check.spec().title()));
            text.table(
                    List.of("Failure", "Rule", "Severity", "Do first", "Escalate to"),
                    rules.stream().map(rule -> row(rule, explainer)).toList());
        }
    }

    private static List<String> row(Rule rule, Explainer explainer) {
        return List.of(
                Markdown.plain(rule.condition()),
                Markdown.code(rule.id()),
                rule.severity().name(),
                Markdown.plain(rule.action()),
                explainer.find(rule.id()).stream()
                        .findFirst()
                        .map(Explanation::escalation)
                        .map(Escalation::level)
                        .orElse(""));
    }

    private String servicePaths() {
        String paths;
        try (InputStream in = Runbook.class.getResourceAsStream("service-paths.md")) {
            paths = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (Map.Entry<String, String> fact : facts.placeholders().entrySet()) {
            paths = paths.replace("${" + fact.getKey() + "}", fact.getValue());
        }
        return paths;
    }

    private void escalation() {
        text.heading(2, "Escalation");
        text.table(
                List.of("Level", "Who", "When", "Bring"),
                List.of(
                        level(Escalation.RESTART, "the owner of the workload", "one program fails, the GPU is well"),
                        level(
                                Escalation.RESET,
                                "who operates the node",
                                "the driver or a GPU needs a reset or a reboot, or L1 did not help"),
                        level(
                                Escalation.VENDOR,
                                "who services the hardware",
                                "a GPU fails again after a reset and a reboot, or its memory, link or board is at fault")));
    }

    private static List<String> level(Escalation level, String who, String when) {
        return List.of(level.level() + ", " + level.text(), who, when, BRING.get(level));
    }
}
