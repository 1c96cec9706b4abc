package dev.gpudiag.agent.page;

import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.MigDevice;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The MIG devices of one GPU, folded, with the fullest in the line that stays. */
final class MigTable {

    private MigTable() {}

    static void write(HtmlWriter html, GpuSample gpu) {
        List<MigDevice> devices = gpu.migDevices().value().orElse(List.of());
        if (devices.isEmpty()) {
            return;
        }
        int index = gpu.identity().index();
        try (var _ = html.open("details", "id", "mig-" + index)) {
            html.element("summary", Amounts.count(devices.size(), "MIG device", "MIG devices") + fullest(devices));
            try (var _ = html.open("table")) {
                html.element("caption", "MIG devices of GPU " + index, "class", "hidden");
                try (var _ = html.open("thead");
                        var _ = html.open("tr")) {
                    html.element("th", "MIG", "scope", "col");
                    html.element("th", "Profile", "scope", "col");
                    html.element("th", "Memory", "scope", "col", "class", "number");
                    html.element("th", "Processes", "scope", "col", "class", "number");
                }
                try (var _ = html.open("tbody")) {
                    devices.forEach(device -> row(html, device, gpu));
                }
            }
        }
    }

    private static String fullest(List<MigDevice> devices) {
        return devices.stream()
                .filter(device -> full(device).isPresent())
                .max(Comparator.comparing(device -> full(device).orElse(0.0)))
                .map(device -> ", fullest: " + device.index() + profile(device) + " at "
                        + Amounts.percent(full(device).orElse(0.0)))
                .orElse("");
    }

    private static String profile(MigDevice device) {
        return device.readings()
                .value(GpuQuantities.MIG_PROFILE)
                .map(name -> " (" + name + ")")
                .orElse("");
    }

    private static Optional<Double> full(MigDevice device) {
        return device.readings()
                .value(GpuQuantities.MEMORY_TOTAL)
                .filter(total -> total > 0)
                .flatMap(total ->
                        device.readings().value(GpuQuantities.MEMORY_USED).map(used -> (double) used / total));
    }

    private static void row(HtmlWriter html, MigDevice device, GpuSample gpu) {
        try (var _ = html.open("tr")) {
            html.element("th", String.valueOf(device.index()), "scope", "row");
            html.element(
                    "td", device.readings().value(GpuQuantities.MIG_PROFILE).orElse("–"));
            html.element("td", memory(device), "class", "number");
            html.element("td", processes(device, gpu), "class", "number");
        }
    }

    private static String memory(MigDevice device) {
        Optional<Long> used = device.readings().value(GpuQuantities.MEMORY_USED);
        Optional<Long> total = device.readings().value(GpuQuantities.MEMORY_TOTAL);
        return used.map(bytes ->
                        total.map(all -> Amounts.gibibytes(bytes, all)).orElseGet(() -> Amounts.gibibytes(bytes)))
                .orElse("–");
    }

    private static String processes(MigDevice device, GpuSample gpu) {
        Optional<Long> instance = device.readings().value(GpuQuantities.GPU_INSTANCE);
        Optional<Long> compute = device.readings().value(GpuQuantities.COMPUTE_INSTANCE);
        Optional<List<ComputeProcess>> processes = gpu.processes().value();
        if (processes.isEmpty() || instance.isEmpty()) {
            return "–";
        }
        return String.valueOf(processes.get().stream()
                .filter(process -> process.gpuInstance().isPresent()
                        && process.gpuInstance().getAsInt() == instance.get()
                        && (compute.isEmpty()
                                || process.computeInstance().isEmpty()
                                || process.computeInstance().getAsInt() == compute.get()))
                .map(ComputeProcess::pid)
                .distinct()
                .count());
    }
}
