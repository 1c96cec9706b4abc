package dev.gpudiag.agent.report;

import java.util.List;

/**
 * Which characters the reader's terminal shows; everything else is written as its escape, never sent.
 *
 * <p>Names come from captures, drivers and other users' processes: control, format and bidirectional characters are
 * escaped in both forms, and so is what takes two columns or none, so that a line is as wide as it has characters.
 */
public enum Glyphs {
    /** Printable ASCII alone: pipes of unknown readers, the C locale. */
    ASCII,
    /** Letters and signs of one column as they are: a UTF-8 locale. */
    UTF8;

    /** Behind the alphabets of one column; what comes after (Hangul, ideographs, emoji) may be wider. */
    private static final int WIDE = 0x1100;

    private static final String SIGNS =
            "\u00b0\u00b1\u00b5\u00b7\u00d7\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u2264\u2265";

    /** The text as this terminal may have it, in one line. */
    public String of(String text) {
        if (this == ASCII) {
            return Printable.ascii(text);
        }
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            String sign = Character.toString(c);
            shown.append(isShown(c) ? sign : Printable.ascii(sign));
        });
        return shown.toString();
    }

    /** The text broken at spaces into lines of at most {@code width}, the first of {@code first}; at least one line. */
    List<String> wrap(String text, int first, int width) {
        return Printable.fold(of(text).strip(), first, width);
    }

    /** The text cut to {@code width} characters with three dots at the end. */
    String cut(String text, int width) {
        String shown = of(text);
        return shown.length() <= width ? shown : shown.substring(0, Math.max(0, width - 3)) + "...";
    }

    private static boolean isShown(int c) {
        return SIGNS.indexOf(c) >= 0 || (c < WIDE && c > 0x7f && Character.isLetterOrDigit(c));
    }
}
