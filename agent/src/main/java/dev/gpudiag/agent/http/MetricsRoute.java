package dev.gpudiag.agent.http;

import dev.gpudiag.agent.metrics.MetricsFormat;
import dev.gpudiag.agent.metrics.Rendering;
import io.javalin.http.Context;
import java.util.List;

/** {@code /metrics}: the format, the encoding and the families that the scraper wants. */
final class MetricsRoute {

    private static final String OPENMETRICS = "application/openmetrics-text";

    private final HttpServer.Content content;

    MetricsRoute(HttpServer.Content content) {
        this.content = content;
    }

    void answer(Context context) {
        MetricsFormat format = format(context.header("Accept"));
        boolean gzip = quality(context.header("Accept-Encoding"), "gzip") > 0;
        try {
            Rendering page = content.metrics(format, gzip, context.queryParams("name[]"));
            context.contentType(format.contentType()).header("Vary", "Accept, Accept-Encoding");
            if (gzip) {
                context.header("Content-Encoding", "gzip");
            }
            context.result(page.body());
        } catch (IllegalArgumentException e) {
            ApiAnswer.problem(context, 400, e.getMessage());
        }
    }

    /** What a scraper that can both prefers; text for one that says nothing of either. */
    static MetricsFormat format(String accept) {
        double openMetrics = quality(accept, OPENMETRICS);
        double text = Math.max(quality(accept, "text/plain"), quality(accept, "text/*"));
        return openMetrics > 0 && openMetrics >= text ? MetricsFormat.OPENMETRICS : MetricsFormat.TEXT;
    }

    /** The weight of a value in a header of weighted values, 0 to 1; 0 where it is not named. */
    private static double quality(String header, String wanted) {
        double best = 0;
        for (String part : header == null ? List.<String>of() : List.of(header.split(",", 64))) {
            String[] parameters = part.split(";", -1); // never without a first one, whatever was sent
            if (!parameters[0].strip().equalsIgnoreCase(wanted)) {
                continue;
            }
            double quality = 1;
            for (int i = 1; i < parameters.length; i++) {
                String parameter = parameters[i].strip();
                if (parameter.startsWith("q=")) {
                    quality = parameter.matches("q=[01](\\.[0-9]{0,3})?")
                            ? Double.parseDouble(parameter.substring(2))
                            : 0;
                }
            }
            best = Math.max(best, quality);
        }
        return best;
    }
}
