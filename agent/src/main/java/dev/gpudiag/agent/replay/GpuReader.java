package dev.gpudiag.agent.replay;

import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuCondition.State;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads one {@code gpu} element; its position is the NVML index, whatever the minor number says. */
final class GpuReader {

    private static final String RESET_REQUIRED = "gpu_reset_status/reset_required";
    private static final String DRAIN_AND_RESET = "gpu_reset_status/drain_and_reset_recommended";
    private static final Pattern PCI_ADDRESS =
            Pattern.compile("(?:([0-9a-fA-F]{1,8}):)?([0-9a-fA-F]{1,2}):([0-9a-fA-F]{1,2})\\.([0-7])");

    /** What any GPU that answers gives, one at least. */
    private static final List<Quantity<?>> VITAL = List.of(
            GpuQuantities.MEMORY_TOTAL,
            GpuQuantities.MEMORY_USED,
            GpuQuantities.TEMPERATURE_GPU,
            GpuQuantities.CLOCK_GRAPHICS,
            GpuQuantities.PERFORMANCE_STATE,
            GpuQuantities.UTILIZATION_GPU);

    private final Consumer<String> warnings;

    GpuReader(Consumer<String> warnings) {
        this.warnings = warnings;
    }

    static List<String> paths() {
        return List.of("product_name", "uuid", "pci/pci_bus_id", RESET_REQUIRED, DRAIN_AND_RESET);
    }

    GpuSample read(Element gpu, int index, Instant takenAt) {
        Consumer<String> gpuWarnings = text -> warnings.accept("gpu " + index + ": " + text);
        Readings.Builder builder = Readings.builder();
        GpuTable.read(gpu, builder);
        ClockReasonsSection.read(gpu, builder);
        EccSection.read(gpu, builder);
        RetiredPagesSection.read(gpu, builder);
        FabricSection.read(gpu, builder);
        readRecommendation(gpu, builder);
        Readings readings = builder.build();
        return new GpuSample(
                identity(gpu, index),
                takenAt,
                condition(gpu, readings),
                readings,
                List.of(),
                ProcessSection.read(gpu, gpuWarnings),
                MigSection.read(gpu, gpuWarnings));
    }

    /** Before R570 the driver asks for a drain and reset by a flag of its own. */
    private static void readRecommendation(Element gpu, Readings.Builder readings) {
        if (gpu.find("gpu_recovery_action").isEmpty() && isYes(gpu, DRAIN_AND_RESET)) {
            readings.put(GpuQuantities.RECOVERY_ACTION, 4L, DRAIN_AND_RESET);
        }
    }

    private static boolean isYes(Element gpu, String path) {
        return gpu.find(path)
                .flatMap(element -> Conversion.flag().convert(element.text()))
                .orElse(false);
    }

    private static GpuIdentity identity(Element gpu, int index) {
        Optional<String> id = Optional.ofNullable(gpu.attributes().get("id")).flatMap(GpuReader::sysfsAddress);
        return new GpuIdentity(
                index,
                text(gpu, "uuid"),
                id.or(() -> text(gpu, "pci/pci_bus_id").flatMap(GpuReader::sysfsAddress)),
                text(gpu, "product_name"));
    }

    private static Optional<String> text(Element gpu, String path) {
        return gpu.find(path)
                .map(Element::text)
                .filter(text -> OddValue.of(text).isEmpty());
    }

    /** {@code 00000000:0A:00.0} as sysfs writes it: {@code 0000:0a:00.0}. */
    static Optional<String> sysfsAddress(String text) {
        Matcher matcher = PCI_ADDRESS.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long domain = matcher.group(1) == null ? 0 : Long.parseLong(matcher.group(1), 16);
        int bus = Integer.parseInt(matcher.group(2), 16);
        int device = Integer.parseInt(matcher.group(3), 16);
        return Optional.of(String.format(Locale.ROOT, "%04x:%02x:%02x.%s", domain, bus, device, matcher.group(4)));
    }

    private static GpuCondition condition(Element gpu, Readings readings) {
        List<String> lost = pathsSaying(gpu, Reason.GPU_LOST);
        if (!lost.isEmpty()) {
            return new GpuCondition(State.LOST, "nvidia-smi says 'GPU is lost' at " + summary(lost));
        }
        List<String> reset = pathsSaying(gpu, Reason.RESET_REQUIRED);
        if (!reset.isEmpty()) {
            return new GpuCondition(State.RESET_REQUIRED, "nvidia-smi says 'GPU requires reset' at " + summary(reset));
        }
        if (isYes(gpu, RESET_REQUIRED)) {
            return new GpuCondition(State.RESET_REQUIRED, RESET_REQUIRED + " is Yes");
        }
        List<String> failed = pathsSaying(gpu, Reason.FAILED);
        boolean silent =
                VITAL.stream().noneMatch(quantity -> readings.get(quantity).isPresent());
        return silent && !failed.isEmpty()
                ? new GpuCondition(State.INACCESSIBLE, "nvidia-smi could not read " + summary(failed))
                : GpuCondition.answering();
    }

    private static String summary(List<String> paths) {
        return paths.getFirst() + (paths.size() > 1 ? " and " + (paths.size() - 1) + " more" : "");
    }

    /** The paths whose text gives this reason for having no value; a process or MIG device speaks for itself. */
    private static List<String> pathsSaying(Element gpu, Reason reason) {
        List<String> found = new ArrayList<>();
        gpu.children().forEach(child -> collect(child, child.name(), reason, found));
        return found;
    }

    private static void collect(Element element, String path, Reason reason, List<String> found) {
        boolean says = OddValue.of(element.text())
                .filter(odd -> odd.reason() == reason)
                .isPresent();
        if (says && !element.name().equals("process_name")) {
            found.add(path);
        }
        element.children().forEach(child -> collect(child, path + "/" + child.name(), reason, found));
    }
}
