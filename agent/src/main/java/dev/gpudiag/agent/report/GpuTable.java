package dev.gpudiag.agent.report;

import dev.gpudiag.telemetry.GpuSample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** How busy, full, hot and broken the GPUs are: a line for each, or one for several of the same model. */
final class GpuTable {

    private static final String LAYOUT = "  %-4s %-13s %6s %18s %7s %12s %12s %5s";
    private static final int MODELS = 1;

    private GpuTable() {}

    /** A line for each GPU. */
    static List<String> lines(List<GpuSample> gpus, int width) {
        return lines(gpus.stream().map(List::of).toList(), gpus, width);
    }

    /** A line for each model, with the lowest and highest value; what does not answer has a line of its own. */
    static List<String> folded(List<GpuSample> gpus, int width) {
        Map<String, List<GpuSample>> alike = new LinkedHashMap<>();
        for (GpuSample gpu : gpus) {
            String key = gpu.condition().isAnswering()
                    ? gpu.identity().name().orElse("")
                    : "\n" + gpu.identity().index();
            alike.computeIfAbsent(key, model -> new ArrayList<>()).add(gpu);
        }
        return lines(List.copyOf(alike.values()), gpus, width);
    }

    private static List<String> lines(List<List<GpuSample>> rows, List<GpuSample> gpus, int width) {
        boolean mixed = gpus.stream()
                        .flatMap(gpu -> gpu.identity().name().stream())
                        .distinct()
                        .count()
                > MODELS;
        List<String> lines = new ArrayList<>();
        String header = String.format(LAYOUT, "GPU", "PCI", "UTIL", "MEMORY", "TEMP", "POWER", "ECC unc/cor", "PROCS");
        lines.add(Printable.cut(header + (mixed ? "  NAME" : ""), width));
        for (List<GpuSample> row : rows) {
            String name = mixed ? row.getFirst().identity().name().orElse("") : "";
            lines.add(Printable.cut(name.isEmpty() ? line(row) : line(row) + "  " + name, width));
        }
        return lines;
    }

    private static String line(List<GpuSample> row) {
        GpuSample first = row.getFirst();
        String index = GpuNumbers.ranges(
                row.stream().map(gpu -> gpu.identity().index()).collect(Collectors.toCollection(TreeSet::new)));
        String address = row.size() > 1
                ? row.size() + " GPUs"
                : Printable.cut(first.identity().pciBusId().orElse("-"), 13);
        if (!first.condition().isAnswering()) {
            return String.format("  %-4s %-13s %s", index, address, GpuFigures.condition(first));
        }
        GpuFigures figures = new GpuFigures(row);
        return String.format(
                LAYOUT,
                index,
                address,
                figures.utilization("%"),
                figures.memory(),
                figures.temperature(),
                figures.power(),
                figures.ecc(),
                figures.processes());
    }
}
