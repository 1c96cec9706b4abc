package dev.gpudiag.agent.page;

import java.util.OptionalDouble;

/** Draws a {@link Trend} as one small SVG, an hour wide whatever part of it is known. */
final class Sparkline {

    private static final double WIDTH = 120;
    private static final double HEIGHT = 24;

    /** Room above and below, so that a line at the edge is not cut. */
    private static final double EDGE = 1.5;

    private Sparkline() {}

    /**
     * Draws it.
     *
     * @param id of the title, unique on the page
     * @param title says in words what the picture shows
     * @param low value at the lower edge
     * @param high value at the upper edge
     * @param limit value at which a dashed line is drawn
     */
    static void write(
            HtmlWriter html, Trend trend, String id, String title, double low, double high, OptionalDouble limit) {
        String[] attributes = {
            "class",
            "spark",
            "role",
            "img",
            "aria-labelledby",
            id,
            "viewBox",
            "0 0 120 24",
            "preserveAspectRatio",
            "none"
        };
        try (var _ = html.open("svg", attributes)) {
            html.element("title", title, "id", id);
            limit.ifPresent(value -> {
                String y = coordinate(y(value, low, high));
                html.element("line", "", "class", "limit", "x1", "0", "x2", "120", "y1", y, "y2", y);
            });
            for (Trend.Run run : trend.runs()) {
                boolean single = run.values().length == 1;
                if (!single) {
                    html.element("path", "", "class", "area", "d", area(run, low, high));
                }
                html.element("path", "", "class", single ? "curve dot" : "curve", "d", curve(run, low, high));
            }
        }
    }

    private static String curve(Trend.Run run, double low, double high) {
        StringBuilder path = new StringBuilder(run.values().length * 12);
        for (int i = 0; i < run.values().length; i++) {
            path.append(i == 0 ? 'M' : 'L')
                    .append(coordinate(x(run.buckets()[i])))
                    .append(' ')
                    .append(coordinate(y(run.values()[i], low, high)));
        }
        // a single reading is a dot: a line without length has round ends
        return run.values().length == 1 ? path + "h0.01" : path.toString();
    }

    private static String area(Trend.Run run, double low, double high) {
        return curve(run, low, high) + "V" + coordinate(HEIGHT) + "H" + coordinate(x(run.buckets()[0])) + "Z";
    }

    private static double x(int bucket) {
        return (bucket + 0.5) * WIDTH / Trend.BUCKETS;
    }

    private static double y(double value, double low, double high) {
        double part = high > low ? (value - low) / (high - low) : 0;
        return HEIGHT - EDGE - Math.clamp(part, 0, 1) * (HEIGHT - 2 * EDGE);
    }

    /** To a tenth of a unit; none is negative. */
    private static String coordinate(double value) {
        long tenths = Math.round(value * 10);
        return tenths % 10 == 0 ? Long.toString(tenths / 10) : tenths / 10 + "." + tenths % 10;
    }
}
