package dev.gpudiag.agent.page;

import dev.gpudiag.agent.report.Headline;
import dev.gpudiag.checks.Report;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import java.util.List;

/** The sections in the order in which they are wanted at night. */
final class PageBody {

    private PageBody() {}

    static void write(HtmlWriter html, PageView view, Verdict verdict) {
        try (var _ = html.open("div", "id", "page")) {
            header(html, view, verdict);
            try (var _ = html.open("main")) {
                view.report().ifPresent(report -> sections(html, view, report));
            }
            AgentSection.write(html, view);
        }
        // outside of what a refresh replaces: says when refreshing fails
        html.element("p", "", "id", "connection", "role", "status");
    }

    private static void header(HtmlWriter html, PageView view, Verdict verdict) {
        try (var _ = html.open("header", "class", "verdict " + Badge.style(verdict.status()))) {
            try (var _ = html.open("h1")) {
                Badge.write(html, verdict.status());
                html.text(" ").sentence(verdict.sentence());
            }
            if (!verdict.addition().isEmpty()) {
                html.element("p", verdict.addition());
            }
            view.report().ifPresent(report -> node(html, view, report));
            notices(html, view);
        }
    }

    private static void node(HtmlWriter html, PageView view, Report report) {
        NodeSample sample = report.sample();
        try (var _ = html.open("ul", "class", "facts")) {
            List<String> parts = Headline.parts(report, view.agent().version());
            sample.driver().get(HostQuantities.HOSTNAME).value().ifPresent(name -> {
                try (var _ = html.open("li")) {
                    html.text("node ").name(name);
                }
            });
            parts.stream().skip(1).forEach(part -> {
                try (var _ = html.open("li")) {
                    html.name(part);
                }
            });
            html.element("li", "read " + Amounts.time(view.age(sample.takenAt())) + " ago");
        }
        Headline.banner(sample.source()).ifPresent(banner -> html.element("p", banner, "class", "notice"));
    }

    /** What makes the rest of the page worth less. */
    private static void notices(HtmlWriter html, PageView view) {
        if (view.isOld()) {
            html.element(
                    "p",
                    "Not current: the last sample is "
                            + view.report()
                                    .map(report -> Amounts.time(
                                            view.age(report.sample().takenAt())))
                                    .orElse("")
                            + " old. What follows is from then.",
                    "class",
                    "notice bad");
        }
        view.agent().stalled().ifPresent(why -> html.element("p", "The agent is stuck: " + why, "class", "notice bad"));
        long problems = view.agent().problems().size();
        if (problems > 0) {
            try (var _ = html.open("p", "class", "notice")) {
                html.element(
                        "a", Amounts.count(problems, "problem", "problems") + " of the agent itself", "href", "#agent");
            }
        }
    }

    private static void sections(HtmlWriter html, PageView view, Report report) {
        ProblemSection.write(html, report);
        GpuSection.write(html, view, report);
        HolderSection.write(html, report.sample());
        CheckSection.write(html, report);
    }
}
