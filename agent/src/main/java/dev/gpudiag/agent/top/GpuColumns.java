package dev.gpudiag.agent.top;

import dev.gpudiag.agent.report.Printable;
import dev.gpudiag.agent.top.Column.Cell;
import dev.gpudiag.telemetry.ClockEventReason;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Quantity;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The table of GPUs and MIG devices; a dash where nothing was read. */
final class GpuColumns {

    private static final double GIBIBYTE = 1L << 30;
    private static final int TREND = 12;

    /** What holds clocks down, in few letters; that a GPU idles is no reason to look. */
    private static final Map<ClockEventReason, String> HELD_BY = new EnumMap<>(Map.of(
            ClockEventReason.APPLICATIONS_CLOCKS_SETTING, "app clocks",
            ClockEventReason.SW_POWER_CAP, "power cap",
            ClockEventReason.HW_SLOWDOWN, "hw slow",
            ClockEventReason.SYNC_BOOST, "sync boost",
            ClockEventReason.SW_THERMAL_SLOWDOWN, "thermal",
            ClockEventReason.HW_THERMAL_SLOWDOWN, "hw thermal",
            ClockEventReason.HW_POWER_BRAKE_SLOWDOWN, "brake",
            ClockEventReason.DISPLAY_CLOCK_SETTING, "display"));

    private static final Set<ClockEventReason> BAD = Set.of(
            ClockEventReason.HW_SLOWDOWN,
            ClockEventReason.SW_THERMAL_SLOWDOWN,
            ClockEventReason.HW_THERMAL_SLOWDOWN,
            ClockEventReason.HW_POWER_BRAKE_SLOWDOWN);

    private GpuColumns() {}

    /** @param live whether there are samples before this one, of which lines can be drawn */
    static Table<GpuRow> table(Trends trends, boolean live) {
        List<Column<GpuRow>> columns = new ArrayList<>(List.of(
                Column.of("GPU", 5, false, 0, row -> Cell.of(row.label())),
                Column.of("PCI", 12, false, 4, row -> Cell.of(Printable.cut(row.place(), 12))),
                Column.of("UTIL", 4, true, 0, row -> cell(row, GpuQuantities.UTILIZATION_GPU, GpuColumns::percent)),
                Column.of("", TREND, false, 5, row -> Cell.of(trends.utilization(row, TREND))),
                Column.of("MEMORY", 15, true, 0, GpuColumns::memory),
                Column.of("", TREND, false, 8, row -> Cell.of(trends.memory(row, TREND))),
                Column.of("TEMP", 5, true, 2, row -> cell(row, GpuQuantities.TEMPERATURE_GPU, GpuColumns::celsius)),
                Column.of("POWER", 10, true, 3, GpuColumns::power),
                Column.of("SM MHZ", 6, true, 7, row -> cell(row, GpuQuantities.CLOCK_SM, GpuColumns::megahertz)),
                new Column<>("HELD BY", 10, 40, false, 6, GpuColumns::heldBy)));
        columns.removeIf(column -> column.title().isEmpty() && !live);
        return new Table<>(columns, 2, row -> row.note().map(note -> new Cell(note, Tone.CRITICAL)));
    }

    private static <T> Cell cell(GpuRow row, Quantity<T> quantity, Function<T, String> format) {
        return Cell.of(shown(row, quantity, format));
    }

    private static <T> String shown(GpuRow row, Quantity<T> quantity, Function<T, String> format) {
        return row.readings().value(quantity).map(format).orElse("-");
    }

    private static Cell memory(GpuRow row) {
        return pair(
                shown(row, GpuQuantities.MEMORY_USED, GpuColumns::gibibytes),
                shown(row, GpuQuantities.MEMORY_TOTAL, GpuColumns::gibibytes),
                " GiB");
    }

    private static Cell power(GpuRow row) {
        return pair(
                shown(row, GpuQuantities.POWER_USAGE, GpuColumns::whole),
                shown(row, GpuQuantities.POWER_LIMIT_ENFORCED, GpuColumns::whole),
                "W");
    }

    private static Cell pair(String value, String limit, String unit) {
        return Cell.of(value.equals("-") && limit.equals("-") ? "-" : value + "/" + limit + unit);
    }

    private static Cell heldBy(GpuRow row) {
        Set<ClockEventReason> reasons = row.mig().isPresent()
                ? Set.of()
                : row.readings()
                        .value(GpuQuantities.CLOCK_EVENT_REASONS)
                        .map(ClockEventReason::of)
                        .orElse(Set.of());
        String text =
                reasons.stream().filter(HELD_BY::containsKey).map(HELD_BY::get).collect(Collectors.joining(", "));
        return new Cell(text, reasons.stream().anyMatch(BAD::contains) ? Tone.WARNING : Tone.PLAIN);
    }

    static String percent(double ratio) {
        return String.format(Locale.ROOT, "%.0f%%", ratio * 100);
    }

    static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / GIBIBYTE);
    }

    private static String celsius(double degrees) {
        return whole(degrees) + " C";
    }

    private static String megahertz(long hertz) {
        return String.valueOf(Math.round(hertz / 1e6));
    }

    private static String whole(double value) {
        return String.format(Locale.ROOT, "%.0f", value);
    }
}
