package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.metrics.AgentFigures;
import dev.gpudiag.agent.report.VerdictLine;
import dev.gpudiag.agent.systemd.ServiceNotifier;
import dev.gpudiag.checks.Report;
import java.util.function.Consumer;

/** What follows each round, on the thread that samples: it is counted, shown, kept, and told to systemd. */
record RoundTold(AgentFigures figures, ServedPages pages, KeptState kept, ServiceNotifier notifier)
        implements Consumer<Report> {

    @Override
    public void accept(Report report) {
        figures.samples().see(report.sample());
        figures.samples().roundTook(pages.loop().lastRound());
        pages.metricsPage().render();
        pages.statusPage().see(report);
        kept.see(report, pages.loop().kernelLog());
        pages.first()
                .see(report.sample())
                .ifPresentOrElse(notifier::waiting, () -> notifier.verdict(VerdictLine.of(report)));
    }
}
