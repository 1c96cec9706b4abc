package dev.gpudiag.agent.top;

import dev.gpudiag.agent.report.Printable;
import java.util.function.Function;

/**
 * One column of a table.
 *
 * @param title its heading
 * @param least columns of the terminal that it needs
 * @param most columns that it can use
 * @param right whether its values stand at its right edge
 * @param order narrow tables leave out the columns of the highest order first; those of order 0 stay
 * @param cell what stands in it
 */
record Column<T>(String title, int least, int most, boolean right, int order, Function<T, Cell> cell) {

    /** What stands at one place of a table. */
    record Cell(String text, Tone tone) {

        static Cell of(String text) {
            return new Cell(text, Tone.PLAIN);
        }
    }

    /** A column whose width is fixed. */
    static <T> Column<T> of(String title, int width, boolean right, int order, Function<T, Cell> cell) {
        return new Column<>(title, width, width, right, order, cell);
    }

    /** A text in exactly {@code width} columns. */
    String pad(String text, int width) {
        String cut = text.length() <= width ? text : Printable.shorten(text, width);
        String blanks = " ".repeat(width - cut.length());
        return right ? blanks + cut : cut + blanks;
    }
}
