package dev.gpudiag.agent.top;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** One line of pieces, each with its tone; every character takes one column. Not thread-safe. */
final class Line {

    private record Piece(String text, Tone tone) {}

    private final List<Piece> pieces = new ArrayList<>();
    private int length;

    static Line of(Tone tone, String text) {
        return new Line().add(tone, text);
    }

    Line add(Tone tone, String text) {
        pieces.add(new Piece(text, tone));
        length += text.length();
        return this;
    }

    int length() {
        return length;
    }

    /** The line without what lies beyond {@code width}. */
    Line cut(int width) {
        Line cut = new Line();
        for (Piece piece : pieces) {
            int room = width - cut.length;
            cut.add(
                    piece.tone(),
                    piece.text().substring(0, Math.min(room, piece.text().length())));
        }
        return cut;
    }

    /** Filled with blanks up to {@code width}, all of it in the tone of a heading. */
    Line heading(int width) {
        return of(Tone.HEADING, plain() + " ".repeat(Math.max(0, width - length)));
    }

    String text(boolean colour) {
        return colour
                ? pieces.stream().map(piece -> piece.tone().paint(piece.text())).collect(Collectors.joining())
                : plain().stripTrailing();
    }

    private String plain() {
        return pieces.stream().map(Piece::text).collect(Collectors.joining());
    }
}
