package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.report.Glyphs;
import dev.gpudiag.agent.report.Palette;
import dev.gpudiag.agent.report.TextReport;
import dev.gpudiag.agent.report.TextStyle;
import java.util.Map;
import picocli.CommandLine.Option;

/** How a text looks. What the flags leave open, the caller's terminal and locale decide; a pipe has 100 plain columns. */
final class DisplayFlags {

    @Option(
            names = "--color",
            paramLabel = "WHEN",
            defaultValue = "auto",
            description = "auto, always or never; auto heeds NO_COLOR and CLICOLOR_FORCE.")
    private ColorChoice color;

    @Option(names = "--no-color", description = "The same as --color=never.")
    private boolean noColor;

    @Option(
            names = "--width",
            paramLabel = "COLUMNS",
            description = "40 to 400 (default: the terminal's, at most 100).")
    private Integer width;

    @Option(names = "--ascii", description = "ASCII only, also in a UTF-8 locale.")
    private boolean ascii;

    TextStyle style(CommandContext context, boolean quiet) throws UsageException {
        Map<String, String> environment = context.environment();
        Glyphs glyphs = BlockCharacters.shown(context) && !ascii ? Glyphs.UTF8 : Glyphs.ASCII;
        return new TextStyle(palette(context.console()), columns(environment), glyphs, quiet);
    }

    private Palette palette(Console console) {
        return switch (noColor ? ColorChoice.NEVER : color) {
            case ALWAYS -> Palette.ANSI;
            case NEVER -> Palette.PLAIN;
            case AUTO -> console.colour() ? Palette.ANSI : Palette.PLAIN;
        };
    }

    private int columns(Map<String, String> environment) throws UsageException {
        if (width != null) {
            if (width < TextStyle.NARROWEST || width > TextStyle.WIDEST) {
                throw new UsageException(
                        "--width: " + width + " is outside " + TextStyle.NARROWEST + " to " + TextStyle.WIDEST);
            }
            return width;
        }
        String terminal = environment.getOrDefault("GPUDIAG_COLUMNS", "");
        int columns = terminal.matches("\\d{1,5}") ? Integer.parseInt(terminal) : TextReport.WIDTH;
        return Math.clamp(columns, TextStyle.NARROWEST, TextReport.WIDTH);
    }
}
