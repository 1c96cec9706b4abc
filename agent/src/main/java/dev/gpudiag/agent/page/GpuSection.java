package dev.gpudiag.agent.page;

import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Reading;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** One card for each GPU: how it is, and memory, utilization and temperature with their last hour. */
final class GpuSection {

    /** The range of a temperature picture in °C; it grows with a limit or a reading beyond it. */
    private static final double COOL = 20;

    private static final double HOT = 100;

    /** A change of used memory that a picture of the whole framebuffer does not show: 100 MiB. */
    private static final double LEAST_CHANGE = 100 << 20;

    private final HtmlWriter html;
    private final PageView view;
    private final Report report;

    private GpuSection(HtmlWriter html, PageView view, Report report) {
        this.html = html;
        this.view = view;
        this.report = report;
    }

    static void write(HtmlWriter html, PageView view, Report report) {
        new GpuSection(html, view, report).write();
    }

    private void write() {
        List<GpuSample> gpus = report.sample().gpus();
        if (gpus.isEmpty()) {
            unread();
            return;
        }
        boolean mixed = gpus.stream()
                        .flatMap(gpu -> gpu.identity().name().stream())
                        .distinct()
                        .count()
                > 1;
        try (var _ = html.open("section", "aria-labelledby", "gpus")) {
            html.element("h2", "GPUs", "id", "gpus");
            html.element("p", "The curves show the last hour" + reach(gpus) + ".", "class", "quiet");
            try (var _ = html.open("ul", "class", "cards")) {
                gpus.forEach(gpu -> card(gpu, mixed));
            }
        }
    }

    /** GPUs that the bus has and the driver does not answer for. */
    private void unread() {
        List<String> addresses = report.sample().driver().pciDevices().value().orElse(List.of()).stream()
                .filter(PciDevice::isGpu)
                .map(PciDevice::address)
                .toList();
        if (addresses.isEmpty()) {
            return;
        }
        try (var _ = html.open("section", "aria-labelledby", "gpus")) {
            html.element("h2", "GPUs", "id", "gpus");
            html.element(
                    "p",
                    Amounts.count(addresses.size(), "GPU is", "GPUs are")
                            + " on the bus, and the driver says nothing of "
                            + (addresses.size() == 1 ? "it: " : "them: ") + String.join(", ", addresses));
        }
    }

    private String reach(List<GpuSample> gpus) {
        Duration longest = gpus.stream()
                .flatMap(gpu -> view.trends(gpu.identity()).stream())
                .map(trends -> trends.memory().reach())
                .reduce(Duration.ZERO, (one, other) -> one.compareTo(other) > 0 ? one : other);
        return longest.isZero() || longest.compareTo(Trend.SPAN.minusMinutes(2)) >= 0
                ? ""
                : "; " + Amounts.time(longest) + " of it are known so far";
    }

    private void card(GpuSample gpu, boolean mixed) {
        int index = gpu.identity().index();
        Optional<Status> status = status(index);
        boolean answering = gpu.condition().isAnswering();
        Status looks = looks(gpu, status);
        try (var _ = html.open("li", "class", "card " + Badge.style(looks))) {
            try (var _ = html.open("h3")) {
                html.text("GPU " + index + " ");
                gpu.identity().pciBusId().ifPresent(pci -> html.element("span", pci, "class", "address"));
                html.text(" ");
                if (answering) {
                    Badge.write(html, looks, status.map(Status::name).orElse("NOT JUDGED"));
                } else {
                    Badge.write(html, looks, gpu.condition().state().name().replace('_', ' '));
                }
            }
            if (mixed) {
                gpu.identity().name().ifPresent(name -> {
                    try (var _ = html.open("p", "class", "quiet")) {
                        html.name(name);
                    }
                });
            }
            if (!answering) {
                html.element("p", gpu.condition().detail());
            }
            Duration age = view.age(gpu.takenAt());
            if (age.compareTo(view.agent().staleAfter()) > 0) {
                html.element("p", "Read " + Amounts.time(age) + " ago.", "class", "notice bad");
            }
            if (answering || view.trends(gpu.identity()).isPresent()) {
                pictures(gpu, index);
            }
            if (answering) {
                others(gpu);
                MigTable.write(html, gpu);
            }
        }
    }

    /** A GPU whose first reading is under way is not judged; any other that does not answer is as bad as can be. */
    private static Status looks(GpuSample gpu, Optional<Status> status) {
        return switch (gpu.condition().state()) {
            case ANSWERING -> status.orElse(Status.SKIPPED);
            case PENDING -> Status.SKIPPED;
            case LOST, RESET_REQUIRED, UNRESPONSIVE, INACCESSIBLE -> Status.CRITICAL;
        };
    }

    /** The worst that any check says of this GPU; empty where none looked at it. */
    private Optional<Status> status(int index) {
        return report.results().stream()
                .flatMap(result -> result.findings().stream())
                .filter(finding -> finding.subject()
                        .gpu()
                        .filter(gpu -> gpu.index() == index)
                        .isPresent())
                .map(Finding::status)
                .filter(status -> status != Status.SKIPPED)
                .reduce(Status::worse);
    }

    private void pictures(GpuSample gpu, int index) {
        Optional<GpuTrends> trends = view.trends(gpu.identity());
        try (var _ = html.open("dl", "class", "pictures")) {
            memory(gpu, index, trends.map(GpuTrends::memory));
            Reading<Double> use = gpu.get(GpuQuantities.UTILIZATION_GPU);
            picture(
                    new Row("Utilization", "Util", "use-" + index, use.value().map(Amounts::percent), use, 0, 1),
                    index,
                    trends.map(GpuTrends::utilization),
                    Amounts::percent,
                    OptionalDouble.empty());
            temperature(gpu, index, trends.map(GpuTrends::temperature));
        }
    }

    private void memory(GpuSample gpu, int index, Optional<Trend> trend) {
        Reading<Long> used = gpu.get(GpuQuantities.MEMORY_USED);
        Optional<Long> total = gpu.value(GpuQuantities.MEMORY_TOTAL);
        Optional<String> now = used.value()
                .map(bytes ->
                        total.map(all -> Amounts.gibibytes(bytes, all)).orElseGet(() -> Amounts.gibibytes(bytes)));
        double high = total.map(Long::doubleValue)
                .orElseGet(() -> trend.map(known -> known.highest().orElse(1)).orElse(1.0));
        picture(
                new Row("Memory", "Memory", "memory-" + index, now, used, 0, high),
                index,
                trend,
                Amounts::gibibytes,
                OptionalDouble.empty());
    }

    private void temperature(GpuSample gpu, int index, Optional<Trend> trend) {
        Reading<Double> now = gpu.get(GpuQuantities.TEMPERATURE_GPU);
        OptionalDouble limit = gpu.value(GpuQuantities.THRESHOLD_SLOWDOWN)
                .map(OptionalDouble::of)
                .orElseGet(() -> now.value()
                        .flatMap(degrees ->
                                gpu.value(GpuQuantities.TEMPERATURE_MARGIN).map(margin -> degrees + margin))
                        .map(OptionalDouble::of)
                        .orElse(OptionalDouble.empty()));
        double highest = trend.map(known -> known.highest().orElse(HOT)).orElse(HOT);
        double lowest = trend.map(known -> known.lowest().orElse(COOL)).orElse(COOL);
        Row row = new Row(
                "Temperature",
                "Temp",
                "temperature-" + index,
                now.value().map(Amounts::celsius),
                now,
                Math.min(COOL, lowest),
                Math.max(HOT, Math.max(highest, limit.orElse(HOT))));
        picture(row, index, trend, Amounts::celsius, limit);
    }

    /**
     * One line of a card.
     *
     * @param label for whoever hears the picture
     * @param shortLabel as gpudiag check and nvidia-smi have it
     * @param now the value in words; empty where there is none
     * @param low value at the lower edge of the picture
     */
    private record Row(
            String label,
            String shortLabel,
            String id,
            Optional<String> now,
            Reading<?> reading,
            double low,
            double high) {}

    /** Says a value in words. */
    private interface Words {
        String of(double value);
    }

    private void picture(Row row, int index, Optional<Trend> trend, Words words, OptionalDouble limit) {
        html.element("dt", row.shortLabel());
        try (var _ = html.open("dd")) {
            html.element("span", row.now().orElse("–"), "class", "now");
            Optional<Trend> known = trend.filter(any -> !any.runs().isEmpty());
            if (known.isPresent()) {
                String title = title(row, index, known.get(), words, limit);
                Sparkline.write(html, known.get(), row.id(), title, row.low(), row.high(), limit);
            } else if (row.now().isEmpty()) {
                html.element("span", row.reading().describe(), "class", "quiet");
            }
        }
    }

    private static String title(Row row, int index, Trend trend, Words words, OptionalDouble limit) {
        return row.label() + " of GPU " + index + " in the last hour: lowest "
                + words.of(trend.lowest().orElse(0)) + ", highest "
                + words.of(trend.highest().orElse(0))
                + ", now " + row.now().orElse("not read")
                + (limit.isPresent() ? ", slows down at " + words.of(limit.getAsDouble()) : "");
    }

    private void others(GpuSample gpu) {
        List<String> words = new ArrayList<>();
        gpu.value(GpuQuantities.POWER_USAGE)
                .ifPresent(power -> words.add(watts(power)
                        + gpu.value(GpuQuantities.POWER_LIMIT_ENFORCED)
                                .map(limit -> " of " + watts(limit))
                                .orElse("")));
        gpu.processes()
                .value()
                .ifPresent(processes -> words.add(Amounts.count(
                        processes.stream()
                                .map(process -> process.pid())
                                .distinct()
                                .count(),
                        "process",
                        "processes")));
        gpu.value(GpuQuantities.ECC_VOLATILE_UNCORRECTED)
                .filter(errors -> errors > 0)
                .ifPresent(errors -> words.add(Amounts.count(errors, "uncorrected error", "uncorrected errors")));
        view.trends(gpu.identity())
                .flatMap(trends -> trends.memory().change())
                .filter(change -> Math.abs(change.amount()) >= LEAST_CHANGE)
                .ifPresent(change -> words.add("memory " + (change.amount() < 0 ? "−" : "+")
                        + Amounts.gibibytes(Math.abs(change.amount())) + " in " + Amounts.time(change.over())));
        if (!words.isEmpty()) {
            html.element("p", String.join(" · ", words), "class", "quiet");
        }
    }

    private static String watts(double power) {
        return String.format(Locale.ROOT, "%.0f W", power);
    }
}
