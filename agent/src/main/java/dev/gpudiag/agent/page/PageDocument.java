package dev.gpudiag.agent.page;

import dev.gpudiag.checks.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;

/** The document around the sections: head, style, script, and the headers that let nothing else in. */
final class PageDocument {

    private static final String STYLE = resource("page.css");
    private static final String SCRIPT = resource("page.js");

    /** Seconds after which a browser without JavaScript asks again. */
    private static final int REFRESH_SECONDS = 30;

    static final Map<String, String> HEADERS = Map.of(
            "Content-Type",
            "text/html; charset=utf-8",
            "Content-Security-Policy",
            "default-src 'none'; style-src '" + hash(STYLE) + "'; script-src '" + hash(SCRIPT)
                    + "'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "X-Frame-Options",
            "DENY",
            "Referrer-Policy",
            "no-referrer",
            "Cache-Control",
            "no-store");

    private PageDocument() {}

    static String write(PageView view, int expectedLength) {
        Verdict verdict = Verdict.of(view);
        HtmlWriter body = new HtmlWriter(expectedLength);
        PageBody.write(body, view, verdict);
        return head(verdict) + body + "\n<script>" + SCRIPT + "</script>\n</body>\n</html>\n";
    }

    private static String head(Verdict verdict) {
        HtmlWriter title = new HtmlWriter(128);
        title.element("title", verdict.title());
        return """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <noscript><meta http-equiv="refresh" content="%d"></noscript>
                %s
                <link rel="icon" href="%s">
                <style>%s</style>
                </head>
                <body>
                """.formatted(REFRESH_SECONDS, title, icon(verdict.status()), STYLE);
    }

    /** A disc, triangle or square in the tab, so that the verdict is seen there by its shape as well. */
    private static String icon(Status status) {
        String shape = switch (status) {
            case CRITICAL -> "%3Crect width='16' height='16' fill='%23c01c1c'/%3E";
            case WARNING -> "%3Cpath d='M8 1l8 15H0z' fill='%23d98200'/%3E";
            case UNKNOWN, SKIPPED ->
                "%3Ccircle cx='8' cy='8' r='6' fill='none' stroke='%238a4fd0' stroke-width='3'/%3E";
            case OK, INFO -> "%3Ccircle cx='8' cy='8' r='7' fill='%231a7f37'/%3E";
        };
        return "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E" + shape
                + "%3C/svg%3E";
    }

    private static String resource(String name) {
        try (InputStream in = PageDocument.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not in the product");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
