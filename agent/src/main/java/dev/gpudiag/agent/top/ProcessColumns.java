package dev.gpudiag.agent.top;

import dev.gpudiag.agent.report.Printable;
import dev.gpudiag.agent.top.Column.Cell;
import java.util.List;
import java.util.Optional;

/** The table of processes; a dash where nothing was read. */
final class ProcessColumns {

    static final Table<ProcessRow> TABLE = new Table<>(
            List.of(
                    Column.of("GPU", 5, false, 0, row -> Cell.of(row.place())),
                    Column.of(
                            "PID",
                            8,
                            true,
                            0,
                            row -> Cell.of(String.valueOf(row.process().pid()))),
                    new Column<>("USER", 8, 16, false, 3, row -> text(row.user())),
                    Column.of("S", 1, false, 5, ProcessColumns::state),
                    Column.of("TYPE", 4, false, 6, row -> Cell.of(row.type())),
                    Column.of("MEMORY", 9, true, 0, ProcessColumns::memory),
                    Column.of("SM", 4, true, 2, ProcessColumns::utilization),
                    new Column<>("WORKLOAD", 12, 60, false, 1, row -> text(row.workload())),
                    new Column<>("COMMAND", 8, 500, false, 4, row -> text(row.command()))),
            2,
            row -> Optional.empty());

    private ProcessColumns() {}

    private static Cell text(String hostile) {
        return Cell.of(Printable.ascii(hostile));
    }

    /** D: it waits in the kernel and cannot be killed; Z: it is dead and still there. */
    private static Cell state(ProcessRow row) {
        String letter = Printable.cut(row.state().orElse("-"), 1);
        return new Cell(letter, letter.equals("D") || letter.equals("Z") ? Tone.CRITICAL : Tone.PLAIN);
    }

    private static Cell memory(ProcessRow row) {
        return Cell.of(row.usedMemoryBytes()
                .map(bytes -> GpuColumns.gibibytes(bytes) + " GiB")
                .orElse("-"));
    }

    private static Cell utilization(ProcessRow row) {
        return Cell.of(row.smUtilizationRatio().map(GpuColumns::percent).orElse("-"));
    }
}
