package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Quantity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a vendor asks for when a GPU is sent in, beside each fault of hardware: serial, part, VBIOS and slot. */
public final class BoardIdentity {

    private static final Set<String> HARDWARE =
            Set.of("devices", "xid", "ecc", "temperature", "power", "clocks", "pcie", "nvlink");

    /** More boards than this are left to the JSON document. */
    private static final int BOARDS_SHOWN = 2;

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

    /** One line for each board that a group of findings is about, a few of them. */
    public static List<String> lines(FindingGroup group, NodeSample node) {
        List<GpuSample> boards = group.findings().stream()
                .flatMap(finding -> board(group.check(), finding, node).stream())
                .distinct()
                .toList();
        return boards.size() > BOARDS_SHOWN
                ? List.of()
                : boards.stream()
                        .map(gpu -> words(gpu, boards.size() > 1))
                        .filter(line -> !line.isEmpty())
                        .toList();
    }

    private static String words(GpuSample gpu, boolean several) {
        String known = WORDS.entrySet().stream()
                .flatMap(entry -> gpu.value(entry.getKey()).map(value -> entry.getValue() + " " + value).stream())
                .collect(Collectors.joining(", "));
        return known.isEmpty() || !several ? known : "gpu " + gpu.identity().index() + ": " + known;
    }

    /** Puts {@code board} into a finding that is about a fault of one board. */
    static void put(ObjectNode json, String check, Finding finding, NodeSample node) {
        board(check, finding, node).ifPresent(gpu -> {
            ObjectNode board = json.putObject("board");
            WORDS.keySet().forEach(quantity -> JsonValues.put(board, quantity.id(), gpu.get(quantity)));
        });
    }

    private static Optional<GpuSample> board(String check, Finding finding, NodeSample node) {
        if (!HARDWARE.contains(check) || !finding.status().isProblem()) {
            return Optional.empty();
        }
        return finding.subject()
                .gpu()
                .flatMap(identity -> node.gpus().stream()
                        .filter(gpu -> gpu.identity().index() == identity.index())
                        .findFirst());
    }
}
