package dev.gpudiag.agent.page;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** The end of the page: the agent itself, and where else it answers. */
final class AgentSection {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final List<String> PATHS = List.of("/metrics", "/healthz", "/readyz", "/api/v1/openapi.json");

    private AgentSection() {}

    static void write(HtmlWriter html, PageView view) {
        try (var _ = html.open("footer", "id", "agent")) {
            html.element("h2", "Agent");
            if (!view.agent().problems().isEmpty()) {
                try (var _ = html.open("ul", "class", "plain")) {
                    view.agent().problems().forEach(problem -> html.element("li", problem));
                }
            }
            try (var _ = html.open("ul", "class", "facts")) {
                html.element("li", "gpudiag " + view.agent().version());
                html.element("li", "a round every " + rounds(view));
                html.element("li", "page of " + TIME.format(view.now()));
                for (String path : PATHS) {
                    try (var _ = html.open("li")) {
                        html.element("a", path, "href", path);
                    }
                }
            }
        }
    }

    private static String rounds(PageView view) {
        long millis = view.agent().interval().toMillis();
        return millis % 1000 == 0 ? Amounts.time(view.agent().interval()) : millis + " ms";
    }
}
