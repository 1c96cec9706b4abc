package dev.gpudiag.agent.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Text as a terminal may have it: printable ASCII in lines of limited length.
 *
 * <p>Names come from captures and drivers and may hold escape sequences; whatever is not printable ASCII is shown as
 * its escape, never sent.
 */
public final class Printable {

    private Printable() {}

    /** The text with every character outside 0x20 to 0x7e escaped as in Java; common signs have their ASCII form. */
    public static String ascii(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> printable.append("\\n");
                case '\r' -> printable.append("\\r");
                case '\t' -> printable.append("\\t");
                case '\u00b0' -> {} // 51 °C is 51 C
                case '\u00d7' -> printable.append('x');
                case '\u2013', '\u2014' -> printable.append('-');
                case '\u2026' -> printable.append("...");
                case '\u2264' -> printable.append("<=");
                case '\u2265' -> printable.append(">=");
                default -> {
                    if (c >= 0x20 && c < 0x7f) {
                        printable.append(c);
                    } else {
                        printable.append(String.format("\\u%04x", (int) c));
                    }
                }
            }
        }
        return printable.toString();
    }

    /** The text escaped, and cut to {@code width} characters with three dots at the end. */
    public static String cut(String text, int width) {
        return shorten(ascii(text), width);
    }

    /** A text that is printable already, cut to {@code width} characters with three dots where there is room for them. */
    public static String shorten(String printable, int width) {
        if (printable.length() <= width) {
            return printable;
        }
        return width < 4 ? printable.substring(0, Math.max(0, width)) : printable.substring(0, width - 3) + "...";
    }

    /** The text escaped and broken at spaces into lines of at most {@code width}; at least one line. */
    public static List<String> wrap(String text, int width) {
        return fold(ascii(text).strip(), width, width);
    }

    /** Printable text broken at spaces, the first line of at most {@code first}, others of at most {@code width}. */
    static List<String> fold(String printable, int first, int width) {
        List<String> lines = new ArrayList<>();
        String rest = printable;
        int room = first;
        while (rest.length() > room) {
            int space = rest.lastIndexOf(' ', room);
            // a word that is longer than the short first line goes to the next one, and is broken only there
            int end = space > 0 ? space : room < width ? 0 : room;
            lines.add(rest.substring(0, end).stripTrailing());
            rest = rest.substring(end).stripLeading();
            room = width;
        }
        lines.add(rest);
        return lines;
    }
}
