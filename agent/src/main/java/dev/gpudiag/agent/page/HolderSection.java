package dev.gpudiag.agent.page;

import dev.gpudiag.agent.report.GpuNumbers;
import dev.gpudiag.telemetry.Gap;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.OptionalLong;

/** Who holds the GPUs: one row for each workload, processes under it. */
final class HolderSection {

    /** Workloads that are shown; all of them are in the metrics and in the API. */
    private static final int WORKLOADS = 40;

    /** Processes that are shown. */
    private static final int PROCESSES = 300;

    /** Processes up to which the table is unfolded. */
    private static final int FEW = 10;

    private HolderSection() {}

    static void write(HtmlWriter html, NodeSample sample) {
        Holders holders = Holders.of(sample);
        List<String> unseen = unseen(sample);
        if (sample.gpus().isEmpty() && holders.processes().isEmpty()) {
            return;
        }
        try (var _ = html.open("section", "aria-labelledby", "holders")) {
            html.element("h2", "Who holds the GPUs", "id", "holders");
            unseen.forEach(gap -> html.element("p", gap, "class", "notice"));
            if (holders.processes().isEmpty()) {
                html.element("p", unseen.isEmpty() ? "Nobody." : "No process was seen.");
                return;
            }
            workloads(html, holders.shares());
            processes(html, holders.processes());
        }
    }

    private static List<String> unseen(NodeSample sample) {
        List<String> unseen = new ArrayList<>();
        for (GpuSample gpu : sample.gpus()) {
            if (gpu.processes().failed()) {
                unseen.add("GPU " + gpu.identity().index() + ": processes not listed: "
                        + gpu.processes().describe());
            }
        }
        Reading<?> host = sample.host().holders();
        if (host.failed()) {
            unseen.add("Workloads not known: " + host.describe());
        }
        sample.host().gaps().stream().map(Gap::detail).distinct().forEach(unseen::add);
        return unseen;
    }

    private static void workloads(HtmlWriter html, List<Holders.Share> shares) {
        try (var _ = html.open("table")) {
            html.element("caption", "By workload", "class", "hidden");
            head(html, "Who", "GPUs", "Memory", "Processes");
            try (var _ = html.open("tbody")) {
                shares.stream().limit(WORKLOADS).forEach(share -> {
                    try (var _ = html.open("tr")) {
                        try (var _ = html.open("th", "scope", "row")) {
                            html.name(share.owner());
                        }
                        html.element("td", gpus(share.gpus(), share.devices()));
                        html.element("td", bytes(share.bytes()), "class", "number");
                        html.element("td", String.valueOf(share.processes().size()), "class", "number");
                    }
                });
            }
        }
        rest(html, shares.size() - WORKLOADS);
    }

    private static void processes(HtmlWriter html, List<Holder> processes) {
        boolean few = processes.size() <= FEW;
        String[] attributes = few ? new String[] {"id", "processes", "open", ""} : new String[] {"id", "processes"};
        try (var _ = html.open("details", attributes)) {
            html.element("summary", Amounts.count(processes.size(), "process", "processes"));
            try (var _ = html.open("table")) {
                html.element("caption", "By process, most memory first", "class", "hidden");
                head(html, "PID", "Process", "GPUs", "Memory", "User");
                try (var _ = html.open("tbody")) {
                    processes.stream().limit(PROCESSES).forEach(process -> process(html, process));
                }
            }
            rest(html, processes.size() - PROCESSES);
        }
    }

    private static void process(HtmlWriter html, Holder process) {
        try (var _ = html.open("tr")) {
            html.element("th", String.valueOf(process.pid()), "scope", "row");
            try (var _ = html.open("td")) {
                html.name(process.name().orElse("not known"));
            }
            html.element("td", gpus(process.gpus(), process.devices()));
            html.element("td", bytes(process.bytes()), "class", "number");
            try (var _ = html.open("td")) {
                html.name(process.user().orElse("not known"));
            }
        }
    }

    private static void head(HtmlWriter html, String... columns) {
        try (var _ = html.open("thead");
                var _ = html.open("tr")) {
            for (String column : columns) {
                boolean number = column.equals("Memory") || column.equals("Processes");
                html.element("th", column, "scope", "col", "class", number ? "number" : "word");
            }
        }
    }

    private static void rest(HtmlWriter html, int more) {
        if (more > 0) {
            html.element("p", "and " + more + " more with less memory");
        }
    }

    /** Indices, and the nodes of GPUs that the driver says nothing of. */
    private static String gpus(NavigableSet<Integer> gpus, NavigableSet<String> devices) {
        String nodes = String.join(", ", devices);
        if (gpus.isEmpty()) {
            return nodes.isEmpty() ? "–" : nodes;
        }
        return GpuNumbers.ranges(gpus) + (nodes.isEmpty() ? "" : ", " + nodes);
    }

    private static String bytes(OptionalLong bytes) {
        return bytes.isPresent() ? Amounts.gibibytes((double) bytes.getAsLong()) : "–";
    }
}
