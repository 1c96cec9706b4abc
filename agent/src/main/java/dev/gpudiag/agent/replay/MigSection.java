package dev.gpudiag.agent.replay;

import dev.gpudiag.agent.replay.GpuTable.Row;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The MIG devices of a GPU; nvidia-smi prints neither their UUIDs nor their profiles here. */
final class MigSection {

    private static final String SECTION = "mig_devices";

    private static final List<Row<?>> ROWS = List.of(
            GpuTable.row(GpuQuantities.GPU_INSTANCE, Conversion.count(), "gpu_instance_id"),
            GpuTable.row(GpuQuantities.COMPUTE_INSTANCE, Conversion.count(), "compute_instance_id"),
            GpuTable.row(GpuQuantities.MIG_UUID, Conversion.text(), "uuid"),
            GpuTable.row(
                    GpuQuantities.MIG_MULTIPROCESSORS,
                    Conversion.count(),
                    "device_attributes/shared/multiprocessor_count"),
            GpuTable.row(GpuQuantities.MEMORY_TOTAL, Conversion.bytes(), "fb_memory_usage/total"),
            GpuTable.row(GpuQuantities.MEMORY_RESERVED, Conversion.bytes(), "fb_memory_usage/reserved"),
            GpuTable.row(GpuQuantities.MEMORY_USED, Conversion.bytes(), "fb_memory_usage/used"),
            GpuTable.row(GpuQuantities.MEMORY_FREE, Conversion.bytes(), "fb_memory_usage/free"),
            GpuTable.row(GpuQuantities.BAR1_TOTAL, Conversion.bytes(), "bar1_memory_usage/total"),
            GpuTable.row(GpuQuantities.BAR1_USED, Conversion.bytes(), "bar1_memory_usage/used"),
            GpuTable.row(GpuQuantities.BAR1_FREE, Conversion.bytes(), "bar1_memory_usage/free"),
            GpuTable.row(
                    GpuQuantities.ECC_VOLATILE_SRAM_UNCORRECTED,
                    Conversion.count(),
                    "ecc_error_count/volatile_count/sram_uncorrectable"));

    private MigSection() {}

    static List<String> paths() {
        Stream<String> fields = Stream.concat(Stream.of("index"), ROWS.stream().flatMap(row -> row.paths().stream()));
        return fields.map(field -> SECTION + "/mig_device/" + field).toList();
    }

    static Reading<List<MigDevice>> read(Element gpu, Consumer<String> warnings) {
        Optional<Element> section = gpu.find(SECTION);
        if (section.isEmpty()) {
            return Reading.notRead("no " + SECTION + " in this capture");
        }
        List<Element> elements = section.get().children("mig_device");
        String text = section.get().text();
        if (elements.isEmpty() && !text.isEmpty() && !text.equalsIgnoreCase("none")) {
            return OddValue.of(text)
                    .map(odd -> odd.<List<MigDevice>>reading(SECTION))
                    .orElseGet(() -> Reading.missing(Reason.FAILED, SECTION, "not understood: " + text));
        }
        List<MigDevice> devices = new ArrayList<>();
        for (Element element : elements) {
            devices.add(new MigDevice(index(element, devices.size(), warnings), readings(element)));
        }
        return Reading.of(List.copyOf(devices), SECTION);
    }

    private static int index(Element element, int position, Consumer<String> warnings) {
        Optional<Integer> index = element.find("index")
                .flatMap(found -> Conversion.count().convert(found.text()))
                .filter(number -> number >= 0 && number <= Integer.MAX_VALUE)
                .map(Math::toIntExact);
        if (index.isEmpty()) {
            warnings.accept("a MIG device without a readable index is counted as " + position);
        }
        return index.orElse(position);
    }

    private static Readings readings(Element element) {
        Readings.Builder readings = Readings.builder();
        ROWS.forEach(row -> row.readInto(element, readings));
        return readings.build();
    }
}
