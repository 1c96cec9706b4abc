package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Readings;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a vendor asks for when a GPU is sent in, beside each fault of hardware: serial, part, VBIOS and slot. */
public final class BoardIdentity {

    private static final Set<String> HARDWARE =
            Set.of("devices", "xid", "ecc", "temperature", "power", "clocks", "pcie", "nvlink");

    /** More boards than this are left to the JSON document. */
    private static final int BOARDS_SHOWN = 2;

    /** Of these, what a baseline keeps. */
    private static final List<Quantity<String>> REMEMBERED =
            List.of(GpuQuantities.SERIAL, GpuQuantities.BOARD_PART_NUMBER, GpuQuantities.VBIOS_VERSION);

    private static final Map<Quantity<?>, String> WORDS = new LinkedHashMap<>();

    static {
        WORDS.put(GpuQuantities.SERIAL, "serial");
        WORDS.put(GpuQuantities.BOARD_PART_NUMBER, "part");
        WORDS.put(GpuQuantities.VBIOS_VERSION, "VBIOS");
        WORDS.put(GpuQuantities.PHYSICAL_SLOT, "slot");
        WORDS.put(GpuQuantities.CHASSIS_SERIAL, "chassis");
        WORDS.put(GpuQuantities.CHASSIS_SLOT, "tray slot");
    }

    private BoardIdentity() {}

    /**
     * A board with what is known of it.
     *
     * @param from where that is from which the GPU itself did not tell; empty where it told all
     */
    private record Board(GpuSample gpu, Optional<String> from) {}

    /** One line for each board that a group of findings is about, a few of them. */
    public static List<String> lines(FindingGroup group, Report report) {
        List<Board> boards = group.findings().stream()
                .flatMap(finding -> board(group.check(), finding, report).stream())
                .distinct()
                .toList();
        return boards.size() > BOARDS_SHOWN
                ? List.of()
                : boards.stream()
                        .map(board -> words(board, boards.size() > 1))
                        .filter(line -> !line.isEmpty())
                        .toList();
    }

    private static String words(Board board, boolean several) {
        String own =
                words(board.gpu(), source -> board.from().filter(source::equals).isEmpty());
        String remembered = board.from()
                .map(source -> "from the " + source + ": " + words(board.gpu(), source::equals))
                .orElse("");
        String all = Stream.of(own, remembered).filter(part -> !part.isEmpty()).collect(Collectors.joining("; "));
        return all.isEmpty() || !several ? all : "gpu " + board.gpu().identity().index() + ": " + all;
    }

    private static String words(GpuSample gpu, Predicate<String> source) {
        return WORDS.entrySet().stream()
                .filter(entry -> source.test(gpu.get(entry.getKey()).source()))
                .flatMap(entry -> gpu.value(entry.getKey()).map(value -> entry.getValue() + " " + value).stream())
                .collect(Collectors.joining(", "));
    }

    /** Puts {@code board} into a finding that is about a fault of one board. */
    static void put(ObjectNode json, String check, Finding finding, Report report) {
        board(check, finding, report).ifPresent(known -> {
            ObjectNode board = json.putObject("board");
            WORDS.keySet()
                    .forEach(quantity ->
                            JsonValues.put(board, quantity.id(), known.gpu().get(quantity)));
            known.from().ifPresent(source -> board.put("from", source));
        });
    }

    private static Optional<Board> board(String check, Finding finding, Report report) {
        if (!HARDWARE.contains(check) || !finding.status().isProblem()) {
            return Optional.empty();
        }
        return finding.subject()
                .gpu()
                .flatMap(identity -> report.sample().gpus().stream()
                        .filter(gpu -> gpu.identity().index() == identity.index())
                        .findFirst())
                .map(gpu -> remembered(gpu, report));
    }

    /** What a GPU that does not answer had told before. */
    private static Board remembered(GpuSample gpu, Report report) {
        Map<String, String> facts = report.baseline()
                .filter(baseline -> !gpu.condition().isAnswering())
                .flatMap(baseline -> baseline.member(gpu.identity()))
                .map(Baseline.Gpu::facts)
                .orElse(Map.of());
        List<Quantity<String>> missing = REMEMBERED.stream()
                .filter(quantity -> !gpu.get(quantity).isPresent() && facts.containsKey(quantity.id()))
                .toList();
        if (missing.isEmpty()) {
            return new Board(gpu, Optional.empty());
        }
        String source = "baseline of "
                + LocalDate.ofInstant(report.baseline().orElseThrow().savedAt(), ZoneOffset.UTC);
        Readings.Builder readings = Readings.builder();
        missing.forEach(quantity -> readings.put(quantity, facts.get(quantity.id()), source));
        return new Board(gpu.withReadings(readings.build()), Optional.of(source));
    }
}
