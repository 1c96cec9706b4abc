package dev.gpudiag.agent.report;

import static java.util.Objects.requireNonNull;

/**
 * How a text is written for its reader.
 *
 * @param width columns, 40 to 400
 * @param quiet whether only what is wrong is told, in one line each
 */
public record TextStyle(Palette palette, int width, Glyphs glyphs, boolean quiet) {

    public static final int NARROWEST = 40;
    public static final int WIDEST = 400;

    public TextStyle {
        requireNonNull(palette, "palette is null");
        requireNonNull(glyphs, "glyphs is null");
        if (width < NARROWEST || width > WIDEST) {
            throw new IllegalArgumentException("a text of " + width + " columns");
        }
    }

    /** 100 columns of ASCII without colour: pipes, files, pages. */
    public static TextStyle plain() {
        return new TextStyle(Palette.PLAIN, TextReport.WIDTH, Glyphs.ASCII, false);
    }
}
