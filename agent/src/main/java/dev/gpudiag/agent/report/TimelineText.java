package dev.gpudiag.agent.report;

import dev.gpudiag.agent.timeline.EventPage;
import dev.gpudiag.agent.timeline.EventQuery;
import dev.gpudiag.agent.timeline.TimelineEvent;
import dev.gpudiag.checks.Status;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** Events as lines for people: when, how bad, where, what; printable ASCII in at most 100 columns. */
public final class TimelineText {

    private static final int WIDTH = 100;
    private static final String INDENT = " ".repeat(45);

    private TimelineText() {}

    public static String of(EventPage page, EventQuery query) {
        StringBuilder text = new StringBuilder();
        if (page.hasOlder()) {
            text.append("older events are left out: --limit ")
                    .append(query.limit())
                    .append('\n');
        }
        page.events().forEach(event -> text.append(lines(event)));
        String from = query.since()
                .map(since -> " since " + since.truncatedTo(ChronoUnit.SECONDS))
                .orElse("");
        String until = query.until()
                .map(end -> " until " + end.truncatedTo(ChronoUnit.SECONDS))
                .orElse("");
        int count = page.events().size();
        return text.append(count == 0 ? "no events" : count == 1 ? "1 event" : count + " events")
                .append(from)
                .append(until)
                .append('\n')
                .toString();
    }

    private static String lines(TimelineEvent event) {
        Instant at = event.at().truncatedTo(ChronoUnit.SECONDS);
        String severity =
                event.severity() == Status.SKIPPED ? "" : event.severity().name();
        String head = String.format(
                Locale.ROOT,
                "%s %-8s %-7s %-6s",
                at,
                severity,
                event.kind().word().replace("configuration", "config"),
                where(event));
        List<String> words = Printable.wrap(event.text(), WIDTH - INDENT.length());
        StringBuilder lines =
                new StringBuilder((head + " ".repeat(Math.max(1, INDENT.length() - head.length())) + words.getFirst())
                        .stripTrailing());
        lines.append('\n');
        words.stream().skip(1).forEach(line -> lines.append(INDENT).append(line).append('\n'));
        return lines.toString();
    }

    private static String where(TimelineEvent event) {
        return event.gpu()
                .map(gpu -> gpu.index() >= 0
                        ? "gpu " + gpu.index()
                        : Printable.cut(gpu.pciBusId().orElse("gpu ?"), 12))
                .orElse("node");
    }
}
