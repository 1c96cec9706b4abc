package dev.gpudiag.agent.terminal;

import java.util.List;

/** A whole screen as a terminal draws it, over what it shows, without flicker. */
public final class Screen {

    private static final String HOME = "\u001b[H";
    private static final String ERASE_LINE = "\u001b[K";
    private static final String ERASE_BELOW = "\u001b[J";

    private Screen() {}

    /** The first {@code rows} lines, each of which must fit into a row; the cursor stays in the last one. */
    public static String draw(List<String> lines, int rows) {
        StringBuilder text = new StringBuilder(HOME);
        int shown = Math.min(lines.size(), rows);
        for (int i = 0; i < shown; i++) {
            // erased before it is written: after a line that fills its row, erasing would take its last character
            text.append(i == 0 ? "" : "\r\n").append(ERASE_LINE).append(lines.get(i));
        }
        return text.append(shown < rows ? "\r\n" + ERASE_BELOW : "").toString();
    }
}
