package dev.gpudiag.agent.report;

import dev.gpudiag.checks.Status;
import java.util.ArrayList;
import java.util.List;

/** Lines of a report as they are put together: nothing wider than the style allows, never two empty lines in a row. */
final class TextLines {

    /** Where the text of an entry goes on, and that of a detail begins. */
    static final int INDENT = 12;

    private static final int NAME = 20;
    private static final int LABEL = 4;

    private final TextStyle style;
    private final List<String> lines = new ArrayList<>();

    TextLines(TextStyle style) {
        this.style = style;
    }

    int count() {
        return lines.size();
    }

    int width() {
        return style.width();
    }

    /** A line that is printable and narrow enough as it is, but for colours. */
    void line(String content) {
        lines.add(content.stripTrailing());
    }

    void gap() {
        if (!lines.isEmpty() && !lines.getLast().isEmpty()) {
            lines.add("");
        }
    }

    /** Words behind a lead that is printable, going on at {@code indent}. */
    void paragraph(String lead, int leadWidth, String words, int indent) {
        List<String> folded =
                style.glyphs().wrap(words, Math.max(1, style.width() - leadWidth), Math.max(1, style.width() - indent));
        line(lead + folded.getFirst());
        folded.stream().skip(1).forEach(rest -> line(" ".repeat(indent) + rest));
    }

    /** What one check says, the names in a column. */
    void entry(Status status, String check, String words) {
        String name = style.glyphs().of(check);
        String column = name + " ".repeat(Math.max(1, NAME - name.length()));
        int indent = style.width() < 80 ? INDENT : INDENT + NAME;
        paragraph(status(status) + column, INDENT + column.length(), words, indent);
    }

    /** What one check says, in the whole width. */
    void headline(Status status, String check, String words) {
        String name = style.glyphs().of(check) + "  ";
        paragraph(status(status) + name, INDENT + name.length(), words, INDENT);
    }

    /** Several names of one status. */
    void names(Status status, String words) {
        paragraph(status(status), INDENT, words, INDENT);
    }

    /** One thing about the entry above; an empty label goes on with the one before. */
    void detail(String label, String words) {
        String lead = " ".repeat(LABEL) + String.format("%-" + (INDENT - LABEL) + "s", label);
        paragraph(lead, INDENT, words, INDENT);
    }

    /** Details under one label. */
    void details(String label, List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            detail(i == 0 ? label : "", words.get(i));
        }
    }

    String status(Status status) {
        return "  " + style.palette().paint(status, status.name(), INDENT - 2);
    }

    void addAll(TextLines other) {
        lines.addAll(other.lines);
    }

    String text() {
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }
}
