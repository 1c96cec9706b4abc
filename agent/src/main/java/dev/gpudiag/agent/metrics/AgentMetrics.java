package dev.gpudiag.agent.metrics;

import static dev.gpudiag.agent.metrics.Metric.counter;
import static dev.gpudiag.agent.metrics.Metric.gauge;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** The agent itself: its rounds, its HTTP server, its configuration, and what it left out of the page. */
final class AgentMetrics {

    static final List<Metric> ALL = List.of(
            gauge(
                    "gpudiag_round_duration_seconds",
                    "How long the last round of sampling and judging took.",
                    List.of(),
                    (scrape, series) -> {
                        double seconds = scrape.agent().samples().lastRoundSeconds();
                        if (!Double.isNaN(seconds)) {
                            series.add(seconds, Labels.EMPTY);
                        }
                    }),
            counter(
                    "gpudiag_dropped_series",
                    "Series that were left out, summed over pages: beyond the limits of processes, workloads or the page, or"
                            + " with the labels of another.",
                    List.of("reason"),
                    (scrape, series) -> each((reason, labels) ->
                            series.add((double) scrape.agent().dropped().total(reason), labels))),
            gauge(
                    "gpudiag_dropped_series_now",
                    "Series that were left out of this page.",
                    List.of("reason"),
                    (scrape, series) -> each((reason, labels) ->
                            series.add((double) scrape.agent().dropped().now(reason), labels))),
            counter(
                    "gpudiag_http_requests",
                    "HTTP requests by route and status code.",
                    List.of("route", "code"),
                    (scrape, series) -> scrape.agent()
                            .http()
                            .forEachAnswer((answer, count) -> series.add(
                                    count,
                                    Labels.of(
                                            "route",
                                            GpuView.label(answer.route()),
                                            "code",
                                            Integer.toString(answer.status()))))),
            counter(
                    "gpudiag_http_request_seconds",
                    "Time spent on HTTP requests by route.",
                    List.of("route"),
                    (scrape, series) -> scrape.agent()
                            .http()
                            .forEachRoute(
                                    (route, seconds) -> series.add(seconds, Labels.of("route", GpuView.label(route))))),
            gauge(
                    "gpudiag_http_requests_in_flight",
                    "HTTP requests that are being answered.",
                    List.of(),
                    (scrape, series) -> series.add(scrape.agent().http().inFlight(), Labels.EMPTY)),
            counter(
                    "gpudiag_http_connections_ended",
                    "HTTP connections that the agent ended: too slow to ask or to take the answer, or too many.",
                    List.of("reason"),
                    (scrape, series) -> {
                        for (HttpRequests.Ended why : HttpRequests.Ended.values()) {
                            series.add(
                                    (double) scrape.agent().http().connectionsEnded(why),
                                    Labels.of("reason", why.name().toLowerCase(Locale.ROOT)));
                        }
                    }),
            gauge(
                    "gpudiag_state_saved",
                    "1 while this part of the state directory can be saved; absent until it was tried.",
                    List.of("store"),
                    (scrape, series) -> new TreeMap<>(scrape.agent().state())
                            .forEach((store, problem) ->
                                    series.add(problem.isEmpty() ? 1 : 0, Labels.of("store", store)))),
            gauge(
                    "gpudiag_web_config_last_reload_successful",
                    "1 when certificates and users were last read without an error; absent until they were read again.",
                    List.of(),
                    (scrape, series) -> scrape.agent()
                            .webReload()
                            .ifPresent(reload -> series.add(reload.successful() ? 1 : 0, Labels.EMPTY))),
            gauge(
                    "gpudiag_config_last_reload_successful",
                    "1 when the configuration was last read without an error; absent until it was read again.",
                    List.of(),
                    (scrape, series) -> scrape.agent()
                            .reload()
                            .ifPresent(reload -> series.add(reload.successful() ? 1 : 0, Labels.EMPTY))),
            gauge(
                    "gpudiag_config_last_reload_timestamp_seconds",
                    "When the configuration was last read, in Unix time.",
                    List.of(),
                    (scrape, series) -> scrape.agent()
                            .reload()
                            .ifPresent(reload -> series.add(reload.at().toEpochMilli() / 1000.0, Labels.EMPTY))));

    private AgentMetrics() {}

    private static void each(BiConsumer<DroppedSeries.Reason, Labels> action) {
        for (DroppedSeries.Reason reason : DroppedSeries.Reason.values()) {
            action.accept(reason, Labels.of("reason", reason.name().toLowerCase(Locale.ROOT)));
        }
    }
}
