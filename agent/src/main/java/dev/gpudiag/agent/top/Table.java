package dev.gpudiag.agent.top;

import dev.gpudiag.agent.report.Printable;
import dev.gpudiag.agent.top.Column.Cell;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Rows in columns, as many of these as a width has room for.
 *
 * @param columns from left to right
 * @param leading columns that every row has
 * @param note what stands in place of the other columns of a row that has nothing to put there
 */
record Table<T>(List<Column<T>> columns, int leading, Function<T, Optional<Cell>> note) {

    Table {
        columns = List.copyOf(columns);
    }

    /** The heading, and one line for each row. */
    List<Line> lines(List<T> rows, int width) {
        List<Column<T>> shown = fitting(width);
        int[] widths = widths(shown, rows, width);
        List<Line> lines = new ArrayList<>();
        lines.add(title(shown, widths).cut(width).heading(width));
        rows.forEach(row -> lines.add(line(row, shown, widths, width).cut(width)));
        return lines;
    }

    private List<Column<T>> fitting(int width) {
        List<Column<T>> shown = new ArrayList<>(columns);
        while (least(shown) > width) {
            Column<T> next = shown.stream()
                    .max(Comparator.comparingInt((Column<T> column) -> column.order()))
                    .filter(column -> column.order() > 0)
                    .orElse(null);
            if (next == null) {
                return shown;
            }
            shown.remove(next);
        }
        return shown;
    }

    private int least(List<Column<T>> shown) {
        return shown.stream().mapToInt(column -> column.least() + 1).sum() - 1;
    }

    /** What is left over goes to the columns that can use it, from left to right, as far as their rows do. */
    private int[] widths(List<Column<T>> shown, List<T> rows, int width) {
        int[] widths = new int[shown.size()];
        int left = width - least(shown);
        for (int i = 0; i < widths.length; i++) {
            Column<T> column = shown.get(i);
            int longest = column.least() == column.most()
                    ? column.least()
                    : rows.stream()
                            .mapToInt(row -> column.cell().apply(row).text().length())
                            .max()
                            .orElse(0);
            int more = Math.clamp(Math.min(longest, column.most()) - column.least(), 0, Math.max(0, left));
            widths[i] = column.least() + more;
            left -= more;
        }
        return widths;
    }

    private Line title(List<Column<T>> shown, int[] widths) {
        Line line = new Line();
        for (int i = 0; i < widths.length; i++) {
            line.add(
                    Tone.HEADING,
                    (i == 0 ? "" : " ") + shown.get(i).pad(shown.get(i).title(), widths[i]));
        }
        return line;
    }

    private Line line(T row, List<Column<T>> shown, int[] widths, int width) {
        Optional<Cell> instead = note.apply(row);
        Line line = new Line();
        for (int i = 0; i < widths.length; i++) {
            Column<T> column = shown.get(i);
            boolean noted = instead.isPresent() && columns.indexOf(column) >= leading;
            if (noted) {
                String text = Printable.cut(instead.get().text(), Math.max(0, width - line.length() - 1));
                return line.add(instead.get().tone(), " " + text);
            }
            Cell cell = column.cell().apply(row);
            line.add(cell.tone(), (i == 0 ? "" : " ") + column.pad(cell.text(), widths[i]));
        }
        return line;
    }
}
