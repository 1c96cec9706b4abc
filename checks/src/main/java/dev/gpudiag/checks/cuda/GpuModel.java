package dev.gpudiag.checks.cuda;

import static java.util.regex.Pattern.CASE_INSENSITIVE;

import dev.gpudiag.checks.DataTable;
import dev.gpudiag.checks.cuda.CompatibilityQuestion.GpuClass;
import dev.gpudiag.telemetry.Version;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a GPU's product name tells of it, from {@code gpus.csv}; for recordings, which have no compute capability.
 *
 * @param capability where all boards of that name have the same one
 * @param gpuClass what kind of board it is; empty for boards that are of no kind, such as Jetson's
 */
public record GpuModel(Optional<Version> capability, Optional<GpuClass> gpuClass) {

    private static final GpuModel UNKNOWN = new GpuModel(Optional.empty(), Optional.empty());

    /** Names come from a driver or a recording; none that is longer means anything. */
    private static final int NAME_LIMIT = 128;

    private static final List<Row> ROWS = DataTable.of(GpuModel.class, "gpus.csv").rows().stream()
            .map(row -> new Row(
                    Pattern.compile(row.get(0), CASE_INSENSITIVE), new GpuModel(version(row.get(1)), kind(row.get(2)))))
            .toList();

    private record Row(Pattern name, GpuModel model) {}

    private static Optional<Version> version(String text) {
        return Version.parse(text);
    }

    private static Optional<GpuClass> kind(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(GpuClass.valueOf(text.toUpperCase(Locale.ROOT)));
    }

    /** From a product name such as {@code NVIDIA A100-SXM4-80GB}; a name that tells nothing gives nothing. */
    public static GpuModel ofName(String name) {
        String text = name.substring(0, Math.min(name.length(), NAME_LIMIT));
        return ROWS.stream()
                .filter(row -> row.name.matcher(text).find())
                .map(Row::model)
                .findFirst()
                .orElse(UNKNOWN);
    }

    /** Of an architecture all of whose boards have one compute capability: not of Ampere, Pascal or Blackwell. */
    public static Optional<Version> capabilityOfArchitecture(String architecture) {
        return switch (architecture.toLowerCase(Locale.ROOT)) {
            case "hopper" -> Optional.of(Version.of(9, 0));
            case "ada lovelace", "ada" -> Optional.of(Version.of(8, 9));
            case "turing" -> Optional.of(Version.of(7, 5));
            case "volta" -> Optional.of(Version.of(7, 0));
            default -> Optional.empty();
        };
    }
}
