package dev.gpudiag.agent.page;

import dev.gpudiag.checks.Status;
import java.util.Locale;

/** A status as a word with a sign and a colour: the word alone is enough. */
final class Badge {

    private Badge() {}

    static void write(HtmlWriter html, Status status) {
        write(html, status, status.name());
    }

    /** Another word in the looks of a status. */
    static void write(HtmlWriter html, Status status, String word) {
        try (var _ = html.open("span", "class", "badge " + style(status))) {
            html.element("span", sign(status), "aria-hidden", "true").text(" " + word);
        }
    }

    /** The class of whatever has the colour of a status. */
    static String style(Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    private static String sign(Status status) {
        return switch (status) {
            case CRITICAL -> "✖";
            case WARNING -> "▲";
            case UNKNOWN -> "?";
            case INFO -> "i";
            case OK -> "✔";
            case SKIPPED -> "–";
        };
    }
}
