package dev.gpudiag.checks.fit;

import dev.gpudiag.checks.DataTable;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The GPUs that people rent and buy, from {@code gpus.csv}, smallest first; immutable. */
public record GpuModels(String date, List<GpuModel> gpus) {

    private static final double MIB = 1L << 20;

    public GpuModels {
        gpus = List.copyOf(gpus);
    }

    /** The table that ships with gpudiag. */
    public static GpuModels shipped() {
        DataTable table = DataTable.of(GpuModels.class, "gpus.csv");
        return new GpuModels(
                table.comments().getFirst(),
                table.rows().stream()
                        .map(row -> new GpuModel(
                                row.get(0), Long.parseLong(row.get(1)) * MIB, Long.parseLong(row.get(2)) * MIB))
                        .toList());
    }

    /** The GPU of this name: {@code A100-80}, {@code a100 80gb}, {@code NVIDIA H200}. */
    public Optional<GpuModel> named(String name) {
        String wanted = plain(name);
        return gpus.stream().filter(gpu -> plain(gpu.name()).equals(wanted)).findFirst();
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT)
                .replaceFirst("^(nvidia|tesla)[ -]+", "")
                .replaceFirst("(?<=\\d)\\s*gi?b$", "")
                .replaceAll("[^a-z0-9]", "");
    }
}
