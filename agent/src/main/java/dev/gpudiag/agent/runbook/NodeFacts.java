package dev.gpudiag.agent.runbook;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Quantity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a runbook says of its node; what could not be read is said to be unknown. */
final class NodeFacts {

    private static final String UNKNOWN = "not known";

    private final NodeSample node;

    NodeFacts(NodeSample node) {
        this.node = node;
    }

    String hostname() {
        return host(HostQuantities.HOSTNAME).orElse("this node");
    }

    List<List<String>> overview() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("GPUs", Markdown.plain(models())));
        rows.add(List.of("Driver", Markdown.plain(driver())));
        rows.add(List.of("Newest CUDA it runs", fact(HostQuantities.CUDA_DRIVER_VERSION)));
        rows.add(List.of("Kernel module", Markdown.plain(module())));
        rows.add(List.of("Kernel", fact(HostQuantities.KERNEL_RELEASE)));
        rows.add(List.of("MIG", Markdown.plain(mig())));
        rows.add(List.of("NVLink", Markdown.plain(links())));
        host(HostQuantities.FABRIC_MANAGER_VERSION)
                .ifPresent(version -> rows.add(List.of("Fabric manager", Markdown.plain(version))));
        node.host()
                .allocations()
                .value()
                .ifPresent(allocations -> rows.add(List.of("Kubernetes", "a kubelet gives GPUs to pods")));
        return rows;
    }

    /** One row for each GPU: what a vendor asks for. */
    List<List<String>> boards() {
        return node.gpus().stream()
                .map(gpu -> List.of(
                        Integer.toString(gpu.identity().index()),
                        Markdown.plain(gpu.identity().name().orElse(UNKNOWN)),
                        Markdown.plain(gpu.identity().pciBusId().orElse(UNKNOWN)),
                        Markdown.plain(gpu.identity().uuid().orElse(UNKNOWN)),
                        fact(gpu, GpuQuantities.SERIAL),
                        fact(gpu, GpuQuantities.BOARD_PART_NUMBER),
                        fact(gpu, GpuQuantities.VBIOS_VERSION),
                        fact(gpu, GpuQuantities.PHYSICAL_SLOT)))
                .toList();
    }

    /** What the service paths name by {@code ${name}}. */
    Map<String, String> placeholders() {
        return Map.of(
                "hostname", Markdown.plain(hostname()),
                "driver", Markdown.plain(host(HostQuantities.DRIVER_VERSION).orElse("not known here")),
                "cuda", Markdown.plain(host(HostQuantities.CUDA_DRIVER_VERSION).orElse("not known here")),
                "gpus", Markdown.plain(models()),
                "memory", Markdown.plain(smallestMemory()));
    }

    private String models() {
        if (node.gpus().isEmpty()) {
            return "none seen";
        }
        Map<String, Long> models = node.gpus().stream()
                .collect(Collectors.groupingBy(this::model, LinkedHashMap::new, Collectors.counting()));
        return models.entrySet().stream()
                .map(model -> model.getValue() + "x " + model.getKey())
                .collect(Collectors.joining(", "));
    }

    private String model(GpuSample gpu) {
        return gpu.identity()
                        .name()
                        .orElse(gpu.condition().isAnswering() ? "GPU without a name" : "GPU that gave no answer")
                + gpu.value(GpuQuantities.MEMORY_TOTAL)
                        .map(bytes -> " with " + Amounts.bytes(bytes))
                        .orElse("");
    }

    private String smallestMemory() {
        return node.gpus().stream()
                .flatMap(gpu -> gpu.value(GpuQuantities.MEMORY_TOTAL).stream())
                .min(Long::compare)
                .map(Amounts::bytes)
                .orElse("not known here");
    }

    private String driver() {
        String usable = node.driver().usable() ? "" : ", NOT USABLE when this was written";
        return host(HostQuantities.DRIVER_VERSION).orElse(UNKNOWN) + usable;
    }

    private String module() {
        return host(HostQuantities.MODULE_VERSION).orElse(UNKNOWN)
                + host(HostQuantities.MODULE_FLAVOUR)
                        .map(flavour -> ", " + flavour)
                        .orElse("");
    }

    private String mig() {
        List<String> on = node.gpus().stream()
                .filter(gpu -> gpu.value(GpuQuantities.MIG_MODE).orElse(false))
                .map(gpu -> "GPU " + gpu.identity().index() + ": "
                        + gpu.migDevices()
                                .value()
                                .map(List::size)
                                .map(String::valueOf)
                                .orElse("unknown number of")
                        + " instances")
                .toList();
        return on.isEmpty() ? "off" : String.join(", ", on);
    }

    private String links() {
        long most = node.gpus().stream()
                .mapToLong(gpu -> gpu.nvlinks().size())
                .max()
                .orElse(0);
        return most == 0 ? "none" : most + " links a GPU";
    }

    private String fact(Quantity<?> quantity) {
        return Markdown.plain(host(quantity).map(String::valueOf).orElse(UNKNOWN));
    }

    private static String fact(GpuSample gpu, Quantity<?> quantity) {
        return Markdown.plain(gpu.value(quantity).map(String::valueOf).orElse(UNKNOWN));
    }

    private <T> Optional<T> host(Quantity<T> quantity) {
        return node.driver().get(quantity).value();
    }
}
