package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.api.AgentView;
import dev.gpudiag.agent.api.Api;
import dev.gpudiag.agent.http.ApiRoute;
import dev.gpudiag.agent.page.AgentState;
import dev.gpudiag.agent.timeline.EventSource;
import dev.gpudiag.checks.Report;
import dev.gpudiag.telemetry.SampleHistory;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What the API shows of a running agent. */
record ServedNode(
        Supplier<Optional<Report>> reports,
        SampleHistory history,
        EventSource events,
        Supplier<Instant> clock,
        Instant startedAt,
        Supplier<AgentState> state)
        implements AgentView {

    /** What can be read of it below {@code /api/v1}. */
    List<ApiRoute> routes() {
        return Stream.of(new Api(this).routes(), new ReportRoutes(this).routes())
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public Optional<Report> report() {
        return reports.get();
    }

    @Override
    public Instant now() {
        return clock.get();
    }

    @Override
    public AgentState agent() {
        return state.get();
    }
}
