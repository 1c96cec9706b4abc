package dev.gpudiag.agent.cli;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.agent.report.ReportContext;
import dev.gpudiag.checks.Report;

/** One look at a node, judged. */
record JudgedRound(Report report, ReportContext around) {

    JudgedRound {
        requireNonNull(report, "report is null");
        requireNonNull(around, "around is null");
    }
}
