package dev.gpudiag.agent.runbook;

import dev.gpudiag.agent.report.Printable;
import java.util.List;
import java.util.stream.Collectors;

/** Markdown in which names from drivers, hosts and processes are text and nothing else. */
final class Markdown {

    private final StringBuilder text = new StringBuilder();

    void heading(int level, String words) {
        paragraph("#".repeat(level) + " " + words);
    }

    /** Lines that are Markdown already. */
    void paragraph(String lines) {
        if (!text.isEmpty()) {
            text.append('\n');
        }
        text.append(lines.strip()).append('\n');
    }

    void bullets(List<String> items) {
        paragraph(items.stream().map(item -> "- " + item).collect(Collectors.joining("\n")));
    }

    void table(List<String> head, List<List<String>> rows) {
        StringBuilder table = new StringBuilder(row(head))
                .append(row(head.stream().map(cell -> "---").toList()));
        rows.forEach(cells -> table.append(row(cells)));
        paragraph(table.toString());
    }

    private static String row(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    /** Text of any origin, shown as it is. */
    static String plain(String any) {
        return Printable.ascii(any).replaceAll("([\\\\`*_{}\\[\\]<>|#~])", "\\\\$1");
    }

    /** Something to type. */
    static String code(String command) {
        return "`" + Printable.ascii(command).replace('`', '\'').replace("|", "\\|") + "`";
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
