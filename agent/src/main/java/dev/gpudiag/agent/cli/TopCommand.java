package dev.gpudiag.agent.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.report.JsonText;
import dev.gpudiag.agent.report.TopJson;
import dev.gpudiag.agent.terminal.Screen;
import dev.gpudiag.agent.terminal.TerminalEvent;
import dev.gpudiag.agent.top.ProcessSort;
import dev.gpudiag.agent.top.TopScreen;
import dev.gpudiag.agent.top.TopState;
import dev.gpudiag.agent.top.TopView;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.telemetry.NodeSample;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gpudiag top}: GPUs, processes and who they work for, live. */
@Command(
        name = "top",
        description = "Show GPUs, their processes and who they work for, live; h shows the keys. It only looks.",
        footer = {
            "",
            "Examples:   gpudiag top --sort memory --interval 5s",
            "            gpudiag top --once | grep trainer",
            "            gpudiag top --json --interval 10s >> usage.ndjson",
            "            gpudiag top --simulate gpu-hung",
            "Without a terminal it prints once, as with --once, and exits with 3 where no GPU could be read."
        })
final class TopCommand implements Callable<Integer> {

    private static final int PLAIN_WIDTH = 120;
    private static final int UNDETERMINED = 3;

    /** How long a round waits for GPUs that are slow; the others are not held up by them. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final CommandContext context;

    @Option(names = "--once", description = "Print the tables once, without a terminal's signs.")
    private boolean once;

    @Option(
            names = {"--interval", "-i"},
            paramLabel = "TIME",
            defaultValue = "2s",
            description = "Time between two samples, 200ms to 1h (default: 2s).")
    private String interval;

    @Option(
            names = "--sort",
            paramLabel = "KEY",
            defaultValue = "gpu",
            description = "Order of processes: gpu, memory, sm, pid, user or workload (default: gpu).")
    private ProcessSort sort;

    @Option(names = "--filter", paramLabel = "TEXT", description = "Only processes that mention this text.")
    private String filter = "";

    @Option(names = "--json", description = "One JSON document in a line for each sample, until Ctrl-C.")
    private boolean json;

    @Option(names = "--ascii", description = "No block characters, although the locale has them.")
    private boolean ascii;

    @Option(names = "--no-color", description = "No colour, even on a terminal.")
    private boolean noColor;

    @Mixin
    private SourceFlags source;

    @Mixin
    private SettingFlags settings;

    @Mixin
    private TimeoutFlag timeout;

    TopCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException, InterruptedException {
        Duration every = DurationOption.parse("--interval", interval, TopView.SHORTEST, TopView.LONGEST);
        Duration limit = timeout.value();
        SourceOptions options = source.options(context);
        SettingsSource.Configured configured = settings.inForce(context, options);
        CallerTerminal terminal = context.terminal();
        boolean blocks = !ascii && BlockCharacters.shown(context);
        TopState state = new TopState(TopView.of(sort, filter, every), blocks);
        boolean ended = !once && (json || terminal.screen()); // by its user, who has seen what there was
        try (NodeSource node = context.sources().open(options, configured.settings(), EnumSet.of(Need.PROCESSES))) {
            if (!ended) {
                state.see(node.sample(context.stopwatch().remaining(limit)));
                print(state, node);
            } else if (json) {
                stream(node, state, terminal, limit);
            } else {
                live(node, state, terminal, limit);
            }
        }
        return ended || !state.nothingRead() ? ExitCodes.OK : UNDETERMINED;
    }

    private void print(TopState state, NodeSource node) {
        if (json) {
            context.console().out().println(JsonText.line(json(state)));
            return;
        }
        node.warnings().forEach(context.console()::complain);
        String columns = context.environment().getOrDefault("GPUDIAG_COLUMNS", "");
        int width = columns.matches("\\d{1,4}") ? Integer.parseInt(columns) : PLAIN_WIDTH;
        context.console().out().print(TopScreen.whole(state, Math.max(width, 40), colour()));
    }

    private boolean colour() {
        return context.console().colour() && !noColor;
    }

    private static ObjectNode json(TopState state) {
        List<TopJson.Row> rows = state.processes().stream()
                .map(row -> new TopJson.Row(row.gpu(), row.process(), row.holder(), row.fresh()))
                .toList();
        return TopJson.of(state.sample().orElseThrow(), rows);
    }

    private LiveLoop<NodeSample> loop(NodeSource node, TopState state, Duration limit) {
        Duration deadline = limit.dividedBy(2);
        AtomicBoolean first = new AtomicBoolean(true);
        return new LiveLoop<>(
                () -> {
                    if (first.getAndSet(false)) {
                        node.goOn(); // may wait for the driver
                    }
                    Duration round = state.view().interval();
                    Duration wait = round.compareTo(PATIENCE) < 0 ? round : PATIENCE;
                    return node.sample(wait.compareTo(deadline) < 0 ? wait : deadline, deadline);
                },
                () -> state.view().interval());
    }

    private void stream(NodeSource node, TopState state, CallerTerminal terminal, Duration limit)
            throws InterruptedException {
        LiveLoop<NodeSample> loop = loop(node, state, limit);
        try (CallerTerminal.Session _ = terminal.begin(false, loop.events())) {
            loop.run(
                    new LiveLoop.Listener<>() {
                        @Override
                        public void seen(NodeSample look) {
                            state.see(look);
                            print(state, node);
                            context.console().flush();
                        }

                        @Override
                        public boolean told(TerminalEvent event) {
                            return true;
                        }

                        @Override
                        public void settled() {}
                    },
                    0);
        }
    }

    private void live(NodeSource node, TopState state, CallerTerminal terminal, Duration limit)
            throws InterruptedException {
        LiveLoop<NodeSample> loop = loop(node, state, limit);
        try (CallerTerminal.Session _ = terminal.begin(true, loop.events())) {
            loop.run(new Drawing(state), 0);
        }
    }

    /** Draws after everything that changes what is seen. */
    private final class Drawing implements LiveLoop.Listener<NodeSample> {

        private final TopState state;
        private Optional<TerminalEvent.Resized> size = Optional.empty();

        Drawing(TopState state) {
            this.state = state;
        }

        @Override
        public void seen(NodeSample look) {
            state.see(look);
        }

        @Override
        public boolean told(TerminalEvent event) {
            switch (event) {
                case TerminalEvent.Resized resized -> size = Optional.of(resized);
                case TerminalEvent.Suspended suspended -> size = Optional.empty();
                default -> {
                    return state.press(event);
                }
            }
            return true;
        }

        @Override
        public void settled() {
            size.ifPresent(now -> {
                context.console().out().print(Screen.draw(TopScreen.draw(state, now, colour()), now.rows()));
                context.console().flush();
            });
        }
    }
}
