package dev.gpudiag.agent.report;

import dev.gpudiag.checks.Status;

/** How status words look: plain, or in the colours of a terminal. Colour is never the only signal. */
public enum Palette {
    PLAIN,
    ANSI;

    private static final String ESCAPE = "\u001b[";

    /** The word padded to {@code width}, coloured as {@code status}. */
    public String paint(Status status, String word, int width) {
        String padding = " ".repeat(Math.max(0, width - word.length()));
        return this == PLAIN ? word + padding : ESCAPE + code(status) + "m" + word + ESCAPE + "0m" + padding;
    }

    private static String code(Status status) {
        return switch (status) {
            case CRITICAL -> "1;31";
            case WARNING -> "1;33";
            case UNKNOWN -> "1;35";
            case INFO -> "36";
            case OK -> "32";
            case SKIPPED -> "2";
        };
    }
}
