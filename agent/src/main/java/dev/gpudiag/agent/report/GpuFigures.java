package dev.gpudiag.agent.report;

import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Quantity;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The figures of one GPU or of several alike: a value, or the lowest and highest; a dash where nothing was read. */
record GpuFigures(List<GpuSample> gpus) {

    private static final double GIBIBYTE = 1L << 30;

    GpuFigures {
        gpus = List.copyOf(gpus);
    }

    String utilization(String unit) {
        return range(GpuQuantities.UTILIZATION_GPU, 100, "%.0f", unit);
    }

    String memory() {
        return pair(
                range(GpuQuantities.MEMORY_USED, 1 / GIBIBYTE, "%.1f", ""),
                range(GpuQuantities.MEMORY_TOTAL, 1 / GIBIBYTE, "%.1f", ""),
                " GiB");
    }

    String temperature() {
        return range(GpuQuantities.TEMPERATURE_GPU, 1, "%.0f", " C");
    }

    String power() {
        return pair(
                range(GpuQuantities.POWER_USAGE, 1, "%.0f", ""),
                range(GpuQuantities.POWER_LIMIT_ENFORCED, 1, "%.0f", ""),
                " W");
    }

    String ecc() {
        return pair(
                range(GpuQuantities.ECC_VOLATILE_UNCORRECTED, 1, "%.0f", ""),
                range(GpuQuantities.ECC_VOLATILE_CORRECTED, 1, "%.0f", ""),
                "");
    }

    /** How many processes hold them; a dash unless all of them could be asked. */
    String processes() {
        if (gpus.stream().anyMatch(gpu -> gpu.processes().value().isEmpty())) {
            return "-";
        }
        return String.valueOf(gpus.stream()
                .flatMap(gpu -> gpu.processes().value().stream().flatMap(List::stream))
                .count());
    }

    /** All of it in one line; the conditions alone where they do not answer. */
    String inOneLine() {
        List<String> silent = gpus.stream()
                .filter(gpu -> !gpu.condition().isAnswering())
                .map(GpuFigures::condition)
                .distinct()
                .toList();
        if (!silent.isEmpty()) {
            return String.join(", ", silent);
        }
        String ecc = ecc().equals("-") ? "-" : "ECC " + ecc();
        return known(Stream.of(utilization(" %"), memory(), temperature(), power(), ecc));
    }

    /** What others are compared by. */
    String inShort() {
        return known(Stream.of(utilization(" %"), temperature(), range(GpuQuantities.POWER_USAGE, 1, "%.0f", " W")));
    }

    static String condition(GpuSample gpu) {
        return gpu.condition().state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String known(Stream<String> figures) {
        return figures.filter(figure -> !figure.equals("-")).collect(Collectors.joining(", "));
    }

    private String range(Quantity<? extends Number> quantity, double scale, String format, String unit) {
        List<String> values = gpus.stream()
                .flatMap(gpu -> gpu.value(quantity).stream())
                .map(Number::doubleValue)
                .sorted()
                .map(value -> String.format(Locale.ROOT, format, value * scale))
                .toList();
        if (values.isEmpty()) {
            return "-";
        }
        String low = values.getFirst();
        String high = values.getLast();
        return (low.equals(high) ? low : low + "-" + high) + unit;
    }

    private static String pair(String value, String limit, String unit) {
        return value.equals("-") && limit.equals("-") ? "-" : value + "/" + limit + unit;
    }
}
