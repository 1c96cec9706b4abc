package dev.gpudiag.agent.page;

/**
 * Text from outside as a page may show it: letters of every script stay, whatever cannot be seen or moves what stands
 * around it becomes its escape.
 *
 * <p>That is control characters, marks that turn the direction of writing, spaces of no width, halves of surrogate pairs,
 * private and unassigned characters, and more than two marks on one letter.
 */
final class VisibleText {

    private static final int MOST_MARKS = 2;

    private VisibleText() {}

    /** At most {@code limit} characters, and a word that says how many were left out. */
    static String of(String text, int limit) {
        return text.length() <= limit && text.chars().allMatch(c -> c >= ' ' && c < 0x7f) ? text : cleaned(text, limit);
    }

    private static String cleaned(String text, int limit) {
        StringBuilder visible = new StringBuilder(Math.min(text.length(), limit) + 16);
        int marks = 0;
        int i = 0;
        while (i < text.length()) {
            int character = text.codePointAt(i);
            if (visible.length() >= limit) {
                return visible + "… (" + (text.length() - i) + " more characters)";
            }
            int type = Character.getType(character);
            marks = type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK ? marks + 1 : 0;
            if (character == '\n' || character == '\t') {
                visible.append(' ');
            } else if (marks > MOST_MARKS || isInvisible(type)) {
                visible.append(String.format("\\u%04x", character));
            } else {
                visible.appendCodePoint(character);
            }
            i += Character.charCount(character);
        }
        return visible.toString();
    }

    private static boolean isInvisible(int type) {
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.PRIVATE_USE
                || type == Character.UNASSIGNED
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }
}
