package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.ECC_AGGREGATE_CORRECTED;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_AGGREGATE_DRAM_CORRECTED;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_AGGREGATE_DRAM_UNCORRECTED;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_AGGREGATE_SRAM_CORRECTED;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_AGGREGATE_SRAM_UNCORRECTED;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_AGGREGATE_UNCORRECTED;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_VOLATILE_CORRECTED;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_VOLATILE_DRAM_CORRECTED;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_VOLATILE_DRAM_UNCORRECTED;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_VOLATILE_SRAM_CORRECTED;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_VOLATILE_SRAM_UNCORRECTED;
import static dev.gpudiag.telemetry.GpuQuantities.ECC_VOLATILE_UNCORRECTED;

import dev.gpudiag.checks.Finding;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The error counters of a GPU or a MIG device: totals where the driver gives them, else the sum of their parts.
 *
 * <p>A driver may give a total of 0 beside parts that are not; the greater counts.
 */
record EccCounts(Readings readings) {

    /** A counter, and the two parts that it is the sum of. */
    record Counter(Quantity<Long> total, Quantity<Long> sram, Quantity<Long> dram) {
        Stream<Quantity<Long>> all() {
            return Stream.of(total, sram, dram);
        }
    }

    static final Counter VOLATILE_UNCORRECTED =
            new Counter(ECC_VOLATILE_UNCORRECTED, ECC_VOLATILE_SRAM_UNCORRECTED, ECC_VOLATILE_DRAM_UNCORRECTED);
    static final Counter VOLATILE_CORRECTED =
            new Counter(ECC_VOLATILE_CORRECTED, ECC_VOLATILE_SRAM_CORRECTED, ECC_VOLATILE_DRAM_CORRECTED);
    static final Counter AGGREGATE_UNCORRECTED =
            new Counter(ECC_AGGREGATE_UNCORRECTED, ECC_AGGREGATE_SRAM_UNCORRECTED, ECC_AGGREGATE_DRAM_UNCORRECTED);
    static final Counter AGGREGATE_CORRECTED =
            new Counter(ECC_AGGREGATE_CORRECTED, ECC_AGGREGATE_SRAM_CORRECTED, ECC_AGGREGATE_DRAM_CORRECTED);

    static final List<Counter> ALL =
            List.of(VOLATILE_UNCORRECTED, VOLATILE_CORRECTED, AGGREGATE_UNCORRECTED, AGGREGATE_CORRECTED);

    /** The count; empty where none of its three quantities was read. */
    OptionalLong count(Counter counter) {
        OptionalLong total = value(counter.total);
        OptionalLong sram = value(counter.sram);
        OptionalLong dram = value(counter.dram);
        if (total.isEmpty() && sram.isEmpty() && dram.isEmpty()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(Math.max(total.orElse(0), sram.orElse(0) + dram.orElse(0)));
    }

    long errors(Counter counter) {
        return count(counter).orElse(0);
    }

    /** Uncorrected volatile errors of SRAM, which no row remap repairs. */
    long sramErrors() {
        return value(VOLATILE_UNCORRECTED.sram).orElse(0);
    }

    /** Of which memory, where both parts are known and one of them counted: {@code  (SRAM 2, DRAM 5)}. */
    String where(Counter counter) {
        OptionalLong sram = value(counter.sram);
        OptionalLong dram = value(counter.dram);
        boolean known = sram.isPresent() && dram.isPresent() && sram.getAsLong() + dram.getAsLong() > 0;
        return known ? " (SRAM " + sram.getAsLong() + ", DRAM " + dram.getAsLong() + ")" : "";
    }

    boolean anyRead() {
        return ALL.stream().anyMatch(counter -> count(counter).isPresent());
    }

    private OptionalLong value(Quantity<Long> quantity) {
        // Counters are unsigned 64 bits; all ones stands for one that was not read.
        return readings.value(quantity)
                .filter(count -> count >= 0)
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }

    Finding.Builder measured(Finding.Builder finding) {
        ALL.forEach(counter ->
                count(counter).ifPresent(count -> finding.measured(counter.total.id(), (double) count, "count")));
        return finding;
    }

    Finding.Builder proven(Finding.Builder finding, Counter counter) {
        counter.all().forEach(quantity -> {
            Reading<Long> reading = readings.get(quantity);
            if (reading.isPresent()) {
                finding.proof(quantity, reading);
            }
        });
        return finding;
    }
}
