package dev.gpudiag.agent.top;

import dev.gpudiag.agent.report.Headline;
import dev.gpudiag.agent.report.Printable;
import dev.gpudiag.agent.terminal.TerminalEvent.Resized;
import dev.gpudiag.telemetry.Gap;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Lines of a screen, none longer than it is wide: what was looked at, GPUs, processes, what the view is set to. */
public final class TopScreen {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
    private static final String KEYS = "q quit  h help  / filter  gmupnw sort  r reverse  v tables";
    private static final int LEAST_PROCESSES = 6;

    private static final List<String> HELP = List.of(
            "gpudiag top only looks: no key changes anything on the node.",
            "",
            "  g m u p n w   sort processes by GPU, memory, SM utilization, pid, user name, workload",
            "  r             the other way round",
            "  / or f        show only processes that mention a text; Enter keeps it, Escape shows all",
            "  arrows j k    scroll processes; Page Up, Page Down, Home, End as well",
            "  v or Tab      both tables, GPUs alone, processes alone",
            "  space         hold the screen; go on",
            "  + -           sample half as often, twice as often",
            "  h or ?        this help",
            "  q or Ctrl-C   end; Ctrl-Z puts it into the background",
            "",
            "UTIL is the part of time in which a kernel ran, not how full the GPU was. Lines beside UTIL and",
            "MEMORY show the last 12 samples. HELD BY says what holds clocks down. A GPU under MIG has no",
            "utilization; its MIG devices stand below it. S is the process's state: D waits in the kernel and",
            "cannot be killed, Z is dead. A dash: not read, or not known. gpudiag check says what is wrong.");

    private final int width;
    private final boolean live;
    private final List<Line> lines = new ArrayList<>();

    private TopScreen(int width, boolean live) {
        this.width = width;
        this.live = live;
    }

    /** As many lines as the terminal has rows, at most. */
    public static List<String> draw(TopState state, Resized size, boolean colour) {
        TopScreen screen = new TopScreen(size.columns(), true);
        screen.fill(state, size.rows());
        return screen.text(colour);
    }

    /** All there is to see, for who reads it once. */
    public static String whole(TopState state, int width, boolean colour) {
        TopScreen screen = new TopScreen(width, false);
        screen.head(state);
        screen.gpus(state, Integer.MAX_VALUE);
        screen.gap();
        screen.processes(state, Integer.MAX_VALUE);
        screen.gaps(state);
        return String.join("\n", screen.text(colour)) + "\n";
    }

    private List<String> text(boolean colour) {
        return lines.stream().map(line -> line.cut(width).text(colour)).toList();
    }

    private void fill(TopState state, int rows) {
        if (rows < 2) {
            footer(state);
            return;
        }
        if (state.view().help()) {
            HELP.stream().limit(rows - 1L).forEach(text -> lines.add(Line.of(Tone.PLAIN, text)));
        } else {
            tables(state, rows - 1);
        }
        while (lines.size() > rows - 1) {
            lines.removeLast();
        }
        while (lines.size() < rows - 1) {
            gap();
        }
        footer(state);
    }

    private void tables(TopState state, int rows) {
        head(state);
        int left = rows - lines.size();
        TopView.Panel panel = state.view().panel();
        if (panel == TopView.Panel.GPUS) {
            gpus(state, left - 1);
        } else if (panel == TopView.Panel.PROCESSES) {
            processes(state, left - 1);
        } else {
            int below = Math.min(LEAST_PROCESSES, state.processes().size() + 1) + 1;
            gpus(state, Math.max(left - 1 - below, left / 2));
            gap();
            processes(state, rows - lines.size() - 1);
        }
        if (lines.size() + 2 <= rows) {
            gaps(state);
        }
    }

    private void head(TopState state) {
        String interval = "every " + shortly(state.view());
        if (state.sample().isEmpty()) {
            lines.add(Line.of(Tone.PLAIN, "gpudiag top   asking the driver ...   " + interval));
            gap();
            return;
        }
        NodeSample sample = state.sample().get();
        String time = TIME.format(sample.takenAt());
        Line first = new Line();
        int room = width - time.length() - 1;
        String node = Printable.cut(String.join("   ", Headline.parts(sample, "gpudiag top")), Math.max(0, room));
        first.add(Tone.PLAIN, node + " ".repeat(Math.max(1, room + 1 - node.length())) + time);
        lines.add(first);
        Headline.banner(sample.source())
                .ifPresent(banner -> lines.add(Line.of(Tone.WARNING, Printable.cut(banner, width))));
        if (!sample.driver().usable()) {
            String why = sample.driver().nvml().describe();
            String asked = sample.driver().nvml().source();
            lines.add(Line.of(Tone.CRITICAL, Printable.cut("NO DRIVER  " + asked + ": " + why, width)));
            lines.add(Line.of(Tone.PLAIN, "gpudiag check says why, and what to do"));
        }
        gap();
    }

    private static String shortly(TopView view) {
        long millis = view.interval().toMillis();
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis / 1000.0 + " s";
    }

    private void gpus(TopState state, int most) {
        List<GpuRow> rows = state.gpus();
        boolean all = rows.size() <= most;
        List<GpuRow> shown = all ? rows : rows.subList(0, Math.clamp(most - 1, 0, rows.size()));
        lines.addAll(GpuColumns.table(state.trends(), live).lines(shown, width));
        if (!all && most > 0) {
            lines.add(Line.of(Tone.DIM, "  and " + (rows.size() - shown.size()) + " more: v shows GPUs alone"));
        }
    }

    private void processes(TopState state, int most) {
        List<ProcessRow> rows = state.processes();
        boolean all = rows.size() <= most;
        int room = Math.max(0, all ? rows.size() : most - 1);
        int from = all ? 0 : Math.clamp(state.view().scroll(), 0, Math.max(0, rows.size() - room));
        List<ProcessRow> shown = rows.subList(from, Math.min(rows.size(), from + room));
        lines.addAll(ProcessColumns.TABLE.lines(shown, width));
        if (rows.isEmpty() && most > 0) {
            lines.add(Line.of(Tone.DIM, "  " + none(state)));
        }
        if (!all && most > 0) {
            String range = shown.isEmpty() ? "" : " " + (from + 1) + " to " + (from + shown.size()) + " of";
            lines.add(Line.of(Tone.DIM, " " + range + " " + rows.size() + " processes: arrows scroll"));
        }
    }

    private static String none(TopState state) {
        if (!state.view().filter().isEmpty()) {
            return "no process mentions this text";
        }
        boolean known =
                state.gpus().stream().anyMatch(row -> row.gpu().processes().isPresent());
        return known ? "no process holds a GPU" : "not known";
    }

    /** What could not be seen, so that a dash is not taken for nothing. */
    private void gaps(TopState state) {
        if (state.sample().isEmpty()) {
            return;
        }
        NodeSample sample = state.sample().get();
        Stream<String> silent = sample.gpus().stream()
                .filter(gpu -> gpu.condition().isAnswering() && gpu.processes().failed())
                .map(gpu -> "processes of gpu " + gpu.identity().index() + ": "
                        + gpu.processes().describe());
        Reading<?> holders = sample.host().holders();
        Stream<String> host = holders.failed() ? Stream.of(holders.source() + ": " + holders.describe()) : Stream.of();
        Stream<String> gaps = sample.host().gaps().stream().map(Gap::detail);
        List<String> notes = Stream.of(silent, host, gaps).flatMap(all -> all).toList();
        if (!notes.isEmpty()) {
            gap();
        }
        notes.forEach(note ->
                Printable.wrap("note: " + note, width).forEach(text -> lines.add(Line.of(Tone.DIM, text))));
    }

    private void footer(TopState state) {
        TopView view = state.view();
        if (view.typing()) {
            lines.add(Line.of(Tone.PLAIN, "only processes that mention: " + view.filter() + "_"));
            return;
        }
        Line line = new Line();
        if (view.paused()) {
            line.add(Tone.WARNING, "HELD").add(Tone.PLAIN, " (space goes on)  ");
        }
        if (!view.filter().isEmpty()) {
            line.add(Tone.WARNING, "filter").add(Tone.PLAIN, " \"" + view.filter() + "\"  ");
        }
        String order = "by " + view.sort().title() + (view.reversed() ? ", reversed" : "");
        line.add(Tone.PLAIN, order + ", every " + shortly(view) + "  ");
        lines.add(line.add(Tone.DIM, view.help() ? "h back  q quit" : KEYS));
    }

    private void gap() {
        lines.add(new Line());
    }
}
