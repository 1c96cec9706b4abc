package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.REMAPPED_ROWS_UNCORRECTABLE;
import static dev.gpudiag.telemetry.GpuQuantities.REMAP_BANKS_LOW;
import static dev.gpudiag.telemetry.GpuQuantities.REMAP_BANKS_NONE;
import static dev.gpudiag.telemetry.GpuQuantities.RETIRED_PAGES_DOUBLE_BIT;
import static dev.gpudiag.telemetry.GpuQuantities.RETIRED_PAGES_DOUBLE_BIT_WEEK;
import static dev.gpudiag.telemetry.GpuQuantities.RETIRED_PAGES_SINGLE_BIT;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How much of what replaces bad memory is used up: spare rows from Ampere on, retired pages before. */
final class EccSpares {

    /** DCGM's and Azure's limit of rows remapped for uncorrectable errors. */
    private static final long MOST_REMAPPED_ROWS = 512;

    /** DCGM's limit of retired pages; the table holds 64. */
    private static final long MOST_RETIRED_PAGES = 63;

    /** DCGM: so many pages retired for double-bit errors are too many when more than one came within a week. */
    private static final long MANY_DOUBLE_BIT_PAGES = 15;

    private final GpuSample gpu;
    private final Subject subject;

    EccSpares(GpuSample gpu) {
        this.gpu = gpu;
        subject = Subject.gpu(gpu.identity());
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        Stream.of(rows(), banks(), pages()).flatMap(Optional::stream).forEach(findings::add);
        return findings;
    }

    private Optional<Finding> rows() {
        long rows = gpu.value(REMAPPED_ROWS_UNCORRECTABLE).orElse(0L);
        if (rows < MOST_REMAPPED_ROWS) {
            return Optional.empty();
        }
        return Optional.of(replaced(finding(Status.WARNING, rows + " rows remapped for uncorrectable errors")
                .rule("ecc.remap_count")
                .limit("under " + MOST_REMAPPED_ROWS)
                .why("Memory that loses so many rows goes on losing them.")
                .measured(REMAPPED_ROWS_UNCORRECTABLE.id(), rows, "count")
                .proof(REMAPPED_ROWS_UNCORRECTABLE, gpu.get(REMAPPED_ROWS_UNCORRECTABLE))));
    }

    private Optional<Finding> banks() {
        long none = gpu.value(REMAP_BANKS_NONE).orElse(0L);
        long low = gpu.value(REMAP_BANKS_LOW).orElse(0L);
        if (none > 0) {
            return Optional.of(finding(Status.WARNING, Amounts.plural(none, "memory bank") + " without a spare row")
                    .rule("ecc.remap_headroom")
                    .why("The next bad row in such a bank cannot be remapped.")
                    .action("plan to replace the GPU: show the vendor nvidia-smi -q -d ROW_REMAPPER")
                    .measured(REMAP_BANKS_NONE.id(), none, "count")
                    .proof(REMAP_BANKS_NONE, gpu.get(REMAP_BANKS_NONE))
                    .build());
        }
        return low > 0
                ? Optional.of(finding(Status.INFO, Amounts.plural(low, "memory bank") + " with few spare rows")
                        .rule("ecc.remap_headroom")
                        .measured(REMAP_BANKS_LOW.id(), low, "count")
                        .proof(REMAP_BANKS_LOW, gpu.get(REMAP_BANKS_LOW))
                        .build())
                : Optional.empty();
    }

    private Optional<Finding> pages() {
        long doubleBit = gpu.value(RETIRED_PAGES_DOUBLE_BIT).orElse(0L);
        long pages = gpu.value(RETIRED_PAGES_SINGLE_BIT).orElse(0L) + doubleBit;
        long lately = gpu.value(RETIRED_PAGES_DOUBLE_BIT_WEEK).orElse(0L);
        if (pages >= MOST_RETIRED_PAGES) {
            return Optional.of(replaced(pagesFinding(pages + " memory pages retired")
                    .limit("under " + MOST_RETIRED_PAGES)
                    .why("The table of retired pages is full: the next bad page stays in use.")
                    .measured("retired_pages", pages, "count")));
        }
        if (doubleBit > MANY_DOUBLE_BIT_PAGES && lately > 1) {
            String seen = doubleBit + " pages retired for double-bit errors, " + lately + " within a week";
            return Optional.of(replaced(pagesFinding(seen)
                    .limit("at most " + MANY_DOUBLE_BIT_PAGES + ", or at most 1 a week")
                    .why("The memory is failing: pages are lost faster than age explains.")
                    .measured("retired_pages_double_bit", doubleBit, "count")
                    .measured("retired_pages_double_bit_last_week", lately, "count")
                    .proof(RETIRED_PAGES_DOUBLE_BIT_WEEK, gpu.get(RETIRED_PAGES_DOUBLE_BIT_WEEK))));
        }
        return Optional.empty();
    }

    private Finding.Builder pagesFinding(String seen) {
        return finding(Status.CRITICAL, seen)
                .rule("ecc.retired_pages")
                .proof(RETIRED_PAGES_SINGLE_BIT, gpu.get(RETIRED_PAGES_SINGLE_BIT))
                .proof(RETIRED_PAGES_DOUBLE_BIT, gpu.get(RETIRED_PAGES_DOUBLE_BIT));
    }

    private Finding replaced(Finding.Builder finding) {
        EccActions.replace(gpu.identity()).forEach(finding::action);
        return finding.build();
    }

    private Finding.Builder finding(Status status, String seen) {
        return Finding.builder(status, subject, seen);
    }
}
