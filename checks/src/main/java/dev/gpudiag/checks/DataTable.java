package dev.gpudiag.checks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A table of facts that ships with gpudiag as a CSV file (RFC 4180 without line breaks in cells) beside the class that
 * uses it; the one place where checks read anything.
 *
 * @param comments lines that begin with {@code #}, without it, such as the table's date
 * @param rows without the row of headings
 */
public record DataTable(List<String> comments, List<List<String>> rows) {

    public DataTable {
        comments = List.copyOf(comments);
        rows = List.copyOf(rows);
    }

    /** The table in {@code file} beside {@code owner}; each row has as many cells as the headings. */
    public static DataTable of(Class<?> owner, String file) {
        try (InputStream in = owner.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is not in the product");
            }
            return parse(
                    file,
                    new BufferedReader(new InputStreamReader(in, UTF_8)).lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    private static DataTable parse(String file, List<String> lines) {
        List<String> comments = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith("#")) {
                comments.add(line.substring(1).strip());
            } else {
                rows.add(cells(line));
            }
        }
        List<String> headings = rows.removeFirst();
        for (List<String> row : rows) {
            if (row.size() != headings.size()) {
                throw new IllegalStateException("a row of " + file + " is not as long as the headings: " + row);
            }
        }
        return new DataTable(comments, rows);
    }

    /** The cells of one line. */
    public static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                cell.append(c);
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                cells.add(cell.toString());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        cells.add(cell.toString());
        return List.copyOf(cells);
    }
}
