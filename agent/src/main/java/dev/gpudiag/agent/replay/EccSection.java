package dev.gpudiag.agent.replay;

import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Error counters in both shapes: by location under {@code single_bit} and {@code double_bit} (to Volta), or by kind of
 * memory, {@code sram_} and {@code dram_} (Turing on).
 *
 * <p>The newer shape has no total; it is the sum of the parts that are supported. Where a part could not be read, errors
 * in the others still count: the sum is then a lower bound.
 */
final class EccSection {

    private static final List<String> SRAM_LOCATIONS =
            List.of("register_file", "l1_cache", "l2_cache", "texture_memory", "texture_shm", "cbu");

    private EccSection() {}

    static void read(Element gpu, Readings.Builder readings) {
        Counters volatiles = new Counters(gpu, "ecc_errors/volatile/", readings);
        volatiles.corrected(
                GpuQuantities.ECC_VOLATILE_CORRECTED,
                GpuQuantities.ECC_VOLATILE_SRAM_CORRECTED,
                GpuQuantities.ECC_VOLATILE_DRAM_CORRECTED);
        volatiles.uncorrected(
                GpuQuantities.ECC_VOLATILE_UNCORRECTED,
                GpuQuantities.ECC_VOLATILE_SRAM_UNCORRECTED,
                GpuQuantities.ECC_VOLATILE_DRAM_UNCORRECTED);
        Counters aggregates = new Counters(gpu, "ecc_errors/aggregate/", readings);
        aggregates.corrected(
                GpuQuantities.ECC_AGGREGATE_CORRECTED,
                GpuQuantities.ECC_AGGREGATE_SRAM_CORRECTED,
                GpuQuantities.ECC_AGGREGATE_DRAM_CORRECTED);
        aggregates.uncorrected(
                GpuQuantities.ECC_AGGREGATE_UNCORRECTED,
                GpuQuantities.ECC_AGGREGATE_SRAM_UNCORRECTED,
                GpuQuantities.ECC_AGGREGATE_DRAM_UNCORRECTED);
    }

    /** Every path under {@code gpu} that is looked at. */
    static List<String> paths() {
        List<String> names = new ArrayList<>(List.of(
                "sram_correctable",
                "sram_uncorrectable",
                "sram_uncorrectable_parity",
                "sram_uncorrectable_secded",
                "dram_correctable",
                "dram_uncorrectable"));
        for (String severity : List.of("single_bit/", "double_bit/")) {
            names.add(severity + "total");
            names.add(severity + "device_memory");
            SRAM_LOCATIONS.forEach(location -> names.add(severity + location));
        }
        return Stream.of("ecc_errors/volatile/", "ecc_errors/aggregate/")
                .flatMap(period -> names.stream().map(name -> period + name))
                .toList();
    }

    /** The counters of one period. */
    private record Counters(Element gpu, String period, Readings.Builder readings) {

        void corrected(Quantity<Long> total, Quantity<Long> sram, Quantity<Long> dram) {
            put(total, sram, dram, "single_bit/", List.of("sram_correctable"), "dram_correctable");
        }

        void uncorrected(Quantity<Long> total, Quantity<Long> sram, Quantity<Long> dram) {
            List<String> parts =
                    List.of("sram_uncorrectable", "sram_uncorrectable_parity", "sram_uncorrectable_secded");
            put(total, sram, dram, "double_bit/", parts, "dram_uncorrectable");
        }

        private void put(
                Quantity<Long> total,
                Quantity<Long> sram,
                Quantity<Long> dram,
                String bits,
                List<String> sramNames,
                String dramName) {
            List<String> sramPaths = Stream.concat(
                            sramNames.stream(), SRAM_LOCATIONS.stream().map(bits::concat))
                    .toList();
            List<String> dramPaths = List.of(dramName, bits + "device_memory");
            readings.put(sram, sum(sramPaths));
            readings.put(dram, sum(dramPaths));
            Reading<Long> given = sum(List.of(bits + "total"));
            readings.put(
                    total,
                    given.isPresent() || given.failed()
                            ? given
                            : sum(Stream.concat(sramPaths.stream(), dramPaths.stream())
                                    .toList()));
        }

        private Reading<Long> sum(List<String> names) {
            List<Reading<Long>> parts = names.stream()
                    .map(period::concat)
                    .flatMap(path -> gpu.find(path).stream()
                            .map(element -> Conversion.count().read(element.text(), path)))
                    .toList();
            List<Long> values =
                    parts.stream().flatMap(part -> part.value().stream()).toList();
            long known = values.stream().mapToLong(Long::longValue).sum();
            Optional<Reading<Long>> failed =
                    parts.stream().filter(Reading::failed).findFirst();
            if (!values.isEmpty() && (known > 0 || failed.isEmpty())) {
                return Reading.of(known, source(parts));
            }
            return failed.or(() -> parts.stream()
                            .filter(part -> part.reason().equals(Optional.of(Reason.NOT_SUPPORTED)))
                            .findFirst())
                    .or(() -> parts.stream().findFirst())
                    .orElseGet(() -> Reading.notRead("no " + period + names.getFirst() + " in this capture"));
        }

        private String source(List<Reading<Long>> parts) {
            List<String> names = parts.stream()
                    .filter(Reading::isPresent)
                    .map(part -> part.source().substring(period.length()))
                    .toList();
            return period + String.join(" + ", names);
        }
    }
}
