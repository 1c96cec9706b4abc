package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunbookCommandTest {

    @TempDir
    private Path folder;

    private static CommandRun node(GpuSample... gpus) {
        return new CommandRun(
                new FakeNode(Nodes.node(SampleSource.live(), gpus)),
                CheckCatalog.all().toArray(Check[]::new));
    }

    @Test
    void theRunbookHoldsTheNodesFactsEveryRuleAndEveryPath() {
        CommandRun node = node(Nodes.answering(0), Nodes.lost(1));

        assertThat(node.run("runbook")).isZero();

        assertThat(node.out())
                .startsWith("# GPU runbook: gpu-node-17\n")
                .contains("## Overview", "| 0 | NVIDIA H100 80GB HBM3 | 0000:10:00.0 |", "1x GPU that gave no answer")
                .contains("## Health commands", "## State when this was written", "**CRITICAL** devices, gpu 1: ")
                .contains("(CrashLoopBackOff)", "### It runs out of memory", "(high latency)", "(5xx)")
                .contains("`gpudiag timeline --since 2h`", "`gpudiag release --for 10m`", "`gpudiag status`")
                .contains("| L1, restart the workload |", "| L2, drain", "| L3, hardware vendor |")
                .doesNotContain("${");
        CheckCatalog.all().stream()
                .flatMap(check -> check.spec().rules().stream())
                .forEach(rule -> assertThat(node.out()).contains("| `" + rule.id() + "` | " + rule.severity() + " |"));
    }

    @Test
    void everyCommandThatItNamesExists() {
        CommandRun node = node(Nodes.answering(0));
        node.run("runbook");
        List<String> commands = Pattern.compile("gpudiag\\s([a-z][a-z-]+)")
                .matcher(node.out().replaceAll("(?m)^Written by gpudiag.*$", ""))
                .results()
                .map(found -> found.group(1))
                .distinct()
                .toList();

        assertThat(commands).hasSizeGreaterThan(8);
        for (String command : commands) {
            assertThat(node.run(command, "--help")).as(command).isZero();
        }
    }

    @Test
    void namesAreTextAndNoMarkdown() {
        GpuIdentity odd =
                new GpuIdentity(0, Optional.empty(), Nodes.gpu(0).pciBusId(), Optional.of("a|b`c`\n# <b>\u001b[31m"));
        CommandRun node = new CommandRun(
                new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(odd))),
                FakeChecks.always(
                        "heat",
                        Finding.builder(Status.WARNING, Subject.node(), "pod <script>")
                                .action("do *this*")
                                .build()));

        assertThat(node.run("runbook")).isZero();

        assertThat(node.out())
                .contains("a\\|b\\`c\\`\\\\n\\# \\<b\\>\\\\u001b\\[31m")
                .contains("**WARNING** heat, node: pod \\<script\\>. Do: do \\*this\\*")
                .doesNotContain("\u001b");
    }

    @Test
    void aFileThatIsThereIsWrittenOverByForceOnly() throws IOException {
        CommandRun node = node(Nodes.answering(0));
        Path file = folder.resolve("node.md");

        assertThat(node.run("runbook", "--output", file.toString())).isZero();
        assertThat(node.out()).isEmpty();
        assertThat(file).content().startsWith("# GPU runbook");

        Files.writeString(file, "mine");
        assertThat(node.run("runbook", "--output", file.toString())).isEqualTo(64);
        assertThat(node.err()).contains("is there already", "--force");
        assertThat(file).hasContent("mine");
        assertThat(node.run("runbook", "--force", "--output", file.toString())).isZero();
        assertThat(file).content().startsWith("# GPU runbook");
    }

    @Test
    void aFileThatCannotBeWrittenIsOneMessage() {
        CommandRun node = node(Nodes.answering(0));

        assertThat(node.run(
                        "runbook", "--output", folder.resolve("no/such/file.md").toString()))
                .isEqualTo(78);
        assertThat(node.err()).contains("cannot write ").doesNotContain("\tat ");
    }
}
