package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.client.AgentException;
import dev.gpudiag.agent.config.AgentSettings;
import dev.gpudiag.agent.config.Suggestions;
import dev.gpudiag.agent.report.Headline;
import dev.gpudiag.agent.report.JsonText;
import dev.gpudiag.agent.report.TimelineText;
import dev.gpudiag.agent.timeline.EventFormat;
import dev.gpudiag.agent.timeline.EventPage;
import dev.gpudiag.agent.timeline.EventQuery;
import dev.gpudiag.agent.timeline.TimelineEvent;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gpudiag timeline}: what happened on this node. */
@Command(
        name = "timeline",
        description =
                "What happened on this node: Xids, checks, processes and their pods, driver, releases, the agent.",
        footer = {
            "",
            "Examples:   gpudiag timeline --since 2h",
            "Asks the agent (gpudiag serve), and reads what it has recorded where none runs.",
            "Exit codes: 0 read, also where nothing happened, 3 not known: no agent has kept anything here."
        })
final class TimelineCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final CommandContext context;
    private final InstantSource clock;

    @Mixin
    private SourceFlags source;

    @Mixin
    private SettingFlags settings;

    @Mixin
    private AgentFlags agent;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "So long ago (2h, 3d), or a date and time (default: 24h; all: as far back as there is).")
    private String since = "24h";

    @Option(names = "--until", paramLabel = "TIME", description = "Up to then (default: now).")
    private String until;

    @Option(names = "--gpu", paramLabel = "GPU", description = "One GPU: index, UUID or PCI address.")
    private String gpu;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            split = ",",
            description = "xid, kernel, check, process, driver, gpu, release, agent, configuration; several by commas.")
    private List<String> kinds = List.of();

    @Option(names = "--limit", paramLabel = "N", description = "The newest N events at most (default: 1000).")
    private int limit = 1000;

    @Option(names = "--json", description = "One JSON object a line.")
    private boolean json;

    TimelineCommand(CommandContext context, InstantSource clock) {
        this.context = context;
        this.clock = clock;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException, InterruptedException {
        EventQuery query = query();
        SourceOptions options = source.options(context);
        Settings inForce = settings.inForce(context, options).settings();
        EventPage page;
        try {
            page = page(options, inForce, query);
        } catch (IOException | AgentException e) {
            context.console().complain("the timeline is not known: " + e.getMessage());
            return Status.UNKNOWN.exitCode();
        }
        if (page.damaged() > 0) {
            context.console().complain(page.damaged() + " damaged records are left out");
        }
        if (json) {
            page.events().forEach(event -> context.console().out().println(JsonText.line(EventFormat.json(event))));
        } else {
            banner(options).ifPresent(context.console().out()::println);
            context.console().out().print(TimelineText.of(page, query));
        }
        return ExitCodes.OK;
    }

    /** From the agent of this machine where one runs, else from the files that it has left. */
    private EventPage page(SourceOptions options, Settings inForce, EventQuery query)
            throws UsageException, UnusableFileException, AgentException, IOException, InterruptedException {
        if (!(options instanceof SourceOptions.Live)) {
            if (agent.given()) {
                throw new UsageException("--simulate and --replay ask no agent: leave out --host and --socket");
            }
            return context.sources().events(options, inForce).events(query);
        }
        if (agent.given()) {
            return new AgentEvents(agent.client(inForce, PATIENCE)).events(query);
        }
        if (inForce.get(AgentSettings.SOCKET).filter(Files::exists).isPresent()) {
            try {
                // by its socket alone: on a port of this machine a simulation may listen
                return new AgentEvents(agent.local(inForce, PATIENCE)).events(query);
            } catch (AgentException e) {
                if (e.kind() != AgentException.Kind.NOT_RUNNING) {
                    context.console()
                            .complain("the agent was not asked (" + e.getMessage() + "): this is from its files");
                }
            }
        }
        return context.sources().events(options, inForce).events(query);
    }

    private static Optional<String> banner(SourceOptions options) {
        return options instanceof SourceOptions.Simulated simulated
                ? Headline.banner(new SampleSource(SampleSource.Kind.SIMULATED, simulated.name()))
                : Optional.empty();
    }

    private EventQuery query() throws UsageException {
        Instant now = clock.instant();
        ZoneId zone = ZoneId.systemDefault();
        Optional<Instant> from =
                since.equals("all") ? Optional.empty() : Optional.of(TimeOption.parse("--since", since, now, zone));
        Optional<Instant> to =
                until == null ? Optional.empty() : Optional.of(TimeOption.parse("--until", until, now, zone));
        if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
            throw new UsageException("--until is not after --since");
        }
        try {
            return new EventQuery(from, to, Optional.ofNullable(gpu), kinds(), limit);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--" + e.getMessage());
        }
    }

    private Set<TimelineEvent.Kind> kinds() throws UsageException {
        Set<TimelineEvent.Kind> wanted = EnumSet.noneOf(TimelineEvent.Kind.class);
        for (String word : kinds) {
            wanted.add(TimelineEvent.Kind.of(word)
                    .orElseThrow(() -> new UsageException("--kind: no kind '" + word + "'"
                            + Suggestions.hint(word, TimelineEvent.Kind.words()) + "\nthere are: "
                            + String.join(", ", TimelineEvent.Kind.words()))));
        }
        return wanted;
    }
}
