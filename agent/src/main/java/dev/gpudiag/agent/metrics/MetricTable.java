package dev.gpudiag.agent.metrics;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Every metric of an agent, a row each; where a page has too many series, the last ones go first. */
public final class MetricTable {

    /** Rows that tell what was left out, and so come when everything else is on the page. */
    static final List<Metric> LAST = AgentMetrics.ALL;

    /** gpudiag's own names. */
    static final List<Metric> OWN = Stream.of(
                    NodeMetrics.ALL,
                    IdentityMetrics.ALL,
                    GpuMetrics.ALL,
                    HealthMetrics.ALL,
                    LinkMetrics.ALL,
                    XidMetrics.ALL,
                    MigMetrics.ALL,
                    GrowthMetrics.ALL,
                    ProfilingMetrics.ALL,
                    WorkloadMetrics.ALL)
            .flatMap(List::stream)
            .toList();

    private MetricTable() {}

    /** The rows that an operator asked for, but those that tell what was left out. */
    static List<Metric> rows(MetricOptions options) {
        return options.dcgm()
                ? Stream.concat(OWN.stream(), DcgmMetrics.ALL.stream()).toList()
                : OWN;
    }

    /** All rows in gpudiag's own names, for the documentation: a Markdown table. */
    public static String reference() {
        return table(Stream.concat(OWN.stream(), LAST.stream()));
    }

    /** All rows in DCGM's names, for the documentation. */
    public static String dcgmReference() {
        return table(DcgmMetrics.ALL.stream());
    }

    private static String table(Stream<Metric> rows) {
        StringBuilder table = new StringBuilder("| metric | type | unit | labels | meaning |\n|---|---|---|---|---|\n");
        rows.forEach(row -> table.append("| `%s` | %s | %s | %s | %s |\n"
                .formatted(
                        row.exposedName(),
                        row.type().name().toLowerCase(Locale.ROOT).replace("bare_", ""),
                        row.unit().replace("_per_", " per "),
                        String.join(", ", row.labels()),
                        row.help())));
        return table.toString();
    }
}
