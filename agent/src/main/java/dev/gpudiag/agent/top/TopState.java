package dev.gpudiag.agent.top;

import dev.gpudiag.agent.terminal.TerminalEvent;
import dev.gpudiag.telemetry.NodeSample;
import java.util.List;
import java.util.Optional;

/** What is known and shown at the moment: changes with samples and keys. Not thread-safe. */
public final class TopState {

    private final Trends trends;
    private TopView view;
    private Optional<NodeSample> sample = Optional.empty();
    private List<GpuRow> gpus = List.of();

    /** @param blocks whether block characters may be drawn */
    public TopState(TopView view, boolean blocks) {
        this.view = view;
        this.trends = new Trends(blocks);
    }

    /** A new sample, which is remembered, and shown unless the view is paused. */
    public void see(NodeSample next) {
        List<GpuRow> rows = GpuRow.of(next, sample);
        trends.see(rows);
        if (!view.paused() || sample.isEmpty()) {
            sample = Optional.of(next);
            gpus = rows;
        }
    }

    /** A key; false where it ends the command. */
    public boolean press(TerminalEvent key) {
        if (!view.typing() && key instanceof TerminalEvent.Typed(char value) && (value == 'q' || value == 'Q')) {
            return false;
        }
        view = view.press(key);
        int last = Math.max(0, processes().size() - 1);
        if (view.scroll() > last) {
            view = view.scrolled(last);
        }
        return true;
    }

    public TopView view() {
        return view;
    }

    /** The sample that is shown. */
    public Optional<NodeSample> sample() {
        return sample;
    }

    List<GpuRow> gpus() {
        return gpus;
    }

    /** Whether there is no GPU of which anything is known now. */
    public boolean nothingRead() {
        return gpus.stream().noneMatch(row -> row.note().isEmpty());
    }

    /** The processes that are shown, in their order. */
    public List<ProcessRow> processes() {
        return sample.map(node -> view.processes(ProcessRow.of(gpus, node.host())))
                .orElse(List.of());
    }

    Trends trends() {
        return trends;
    }
}
