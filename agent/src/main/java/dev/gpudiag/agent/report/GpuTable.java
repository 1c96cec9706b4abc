package dev.gpudiag.agent.report;

import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** One line per GPU: how busy, full, hot and broken it is; a dash where nothing was read. */
final class GpuTable {

    private static final String LAYOUT = "  %-4s %-13s %5s %18s %6s %12s %12s %5s";
    private static final double GIBIBYTE = 1L << 30;

    private GpuTable() {}

    static List<String> lines(List<GpuSample> gpus, int width) {
        List<String> lines = new ArrayList<>();
        boolean mixed = gpus.stream()
                        .flatMap(gpu -> gpu.identity().name().stream())
                        .distinct()
                        .count()
                > 1;
        lines.add(String.format(LAYOUT, "GPU", "PCI", "UTIL", "MEMORY", "TEMP", "POWER", "ECC unc/cor", "PROCS")
                + (mixed ? "  NAME" : ""));
        for (GpuSample gpu : gpus) {
            String line = line(gpu);
            String name = mixed ? gpu.identity().name().orElse("") : "";
            lines.add(Printable.cut(name.isEmpty() ? line : line + "  " + name, width));
        }
        return lines;
    }

    private static String line(GpuSample gpu) {
        String pci = Printable.cut(gpu.identity().pciBusId().orElse("-"), 13);
        if (!gpu.condition().isAnswering()) {
            String state =
                    gpu.condition().state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            return String.format("  %-4d %-13s %s", gpu.identity().index(), pci, state);
        }
        return String.format(
                Locale.ROOT,
                LAYOUT,
                gpu.identity().index(),
                pci,
                shown(gpu, GpuQuantities.UTILIZATION_GPU, value -> format("%.0f%%", value * 100)),
                pair(
                        shown(gpu, GpuQuantities.MEMORY_USED, GpuTable::gibibytes),
                        shown(gpu, GpuQuantities.MEMORY_TOTAL, GpuTable::gibibytes),
                        " GiB"),
                shown(gpu, GpuQuantities.TEMPERATURE_GPU, value -> format("%.0f C", value)),
                pair(
                        shown(gpu, GpuQuantities.POWER_USAGE, value -> format("%.0f", value)),
                        shown(gpu, GpuQuantities.POWER_LIMIT_ENFORCED, value -> format("%.0f", value)),
                        " W"),
                pair(
                        shown(gpu, GpuQuantities.ECC_VOLATILE_UNCORRECTED, String::valueOf),
                        shown(gpu, GpuQuantities.ECC_VOLATILE_CORRECTED, String::valueOf),
                        ""),
                gpu.processes()
                        .value()
                        .map(processes -> String.valueOf(processes.size()))
                        .orElse("-"));
    }

    private static <T> String shown(GpuSample gpu, Quantity<T> quantity, Function<T, String> format) {
        return gpu.value(quantity).map(format).orElse("-");
    }

    private static String pair(String value, String limit, String unit) {
        return value.equals("-") && limit.equals("-") ? "-" : value + "/" + limit + unit;
    }

    private static String gibibytes(long bytes) {
        return format("%.1f", bytes / GIBIBYTE);
    }

    private static String format(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
