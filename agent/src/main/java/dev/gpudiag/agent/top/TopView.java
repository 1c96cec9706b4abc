package dev.gpudiag.agent.top;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.agent.terminal.TerminalEvent;
import dev.gpudiag.agent.terminal.TerminalEvent.SpecialKey;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/**
 * What was asked of the view, and what a key changes of it.
 *
 * @param filter only processes that mention this are shown; empty: all
 * @param typing whether keys go into the filter
 * @param scroll processes that lie above the first one shown
 * @param paused whether new samples wait
 * @param interval time between two samples
 */
public record TopView(
        ProcessSort sort,
        boolean reversed,
        String filter,
        boolean typing,
        Panel panel,
        int scroll,
        boolean help,
        boolean paused,
        Duration interval) {

    /** Shortest and longest interval. */
    public static final Duration SHORTEST = Duration.ofMillis(200);

    public static final Duration LONGEST = Duration.ofHours(1);

    private static final int PAGE = 10;
    private static final int LONGEST_FILTER = 64;

    /** Which tables are shown. */
    public enum Panel {
        BOTH,
        GPUS,
        PROCESSES;

        private Panel next() {
            return switch (this) {
                case BOTH -> GPUS;
                case GPUS -> PROCESSES;
                case PROCESSES -> BOTH;
            };
        }
    }

    public TopView {
        requireNonNull(sort, "sort is null");
        requireNonNull(filter, "filter is null");
        requireNonNull(panel, "panel is null");
        requireNonNull(interval, "interval is null");
    }

    /** The view as a command begins. */
    public static TopView of(ProcessSort sort, String filter, Duration interval) {
        return new TopView(sort, false, filter, false, Panel.BOTH, 0, false, false, interval);
    }

    /** The processes that are shown, in their order. */
    public List<ProcessRow> processes(List<ProcessRow> all) {
        Comparator<ProcessRow> order = sort.comparator(reversed);
        return all.stream()
                .filter(row -> filter.isEmpty() || row.mentions(filter))
                .sorted(order)
                .toList();
    }

    /** The view after a key. */
    public TopView press(TerminalEvent key) {
        if (typing) {
            return type(key);
        }
        return switch (key) {
            case TerminalEvent.Typed(char value) -> press(value);
            case SpecialKey.UP -> scrolled(scroll - 1);
            case SpecialKey.DOWN -> scrolled(scroll + 1);
            case SpecialKey.PAGE_UP -> scrolled(scroll - PAGE);
            case SpecialKey.PAGE_DOWN -> scrolled(scroll + PAGE);
            case SpecialKey.HOME -> scrolled(0);
            case SpecialKey.END -> scrolled(Integer.MAX_VALUE);
            case SpecialKey.TAB -> press('v');
            case SpecialKey.ESCAPE -> help ? press('h') : filtered("", false);
            default -> this;
        };
    }

    private TopView press(char key) {
        for (ProcessSort other : ProcessSort.values()) {
            if (other.key() == key) {
                return new TopView(other, false, filter, false, panel, 0, help, paused, interval);
            }
        }
        return switch (key) {
            case 'r' -> new TopView(sort, !reversed, filter, false, panel, 0, help, paused, interval);
            case '/', 'f' -> new TopView(sort, reversed, filter, true, panel, 0, false, paused, interval);
            case 'v' -> new TopView(sort, reversed, filter, false, panel.next(), scroll, help, paused, interval);
            case 'h', '?' -> new TopView(sort, reversed, filter, false, panel, scroll, !help, paused, interval);
            case ' ' -> new TopView(sort, reversed, filter, false, panel, scroll, help, !paused, interval);
            case '+', '=' -> every(interval.multipliedBy(2));
            case '-' -> every(interval.dividedBy(2));
            case 'k' -> scrolled(scroll - 1);
            case 'j' -> scrolled(scroll + 1);
            default -> this;
        };
    }

    private TopView type(TerminalEvent key) {
        return switch (key) {
            case TerminalEvent.Typed(char value) ->
                filter.length() < LONGEST_FILTER ? filtered(filter + value, true) : this;
            case SpecialKey.BACKSPACE ->
                filtered(filter.isEmpty() ? "" : filter.substring(0, filter.length() - 1), true);
            case SpecialKey.ENTER -> filtered(filter, false);
            case SpecialKey.ESCAPE -> filtered("", false);
            default -> this;
        };
    }

    private TopView filtered(String text, boolean goesOn) {
        return new TopView(sort, reversed, text, goesOn, panel, 0, help, paused, interval);
    }

    /** The same with so many processes above the first one shown. */
    TopView scrolled(int above) {
        return new TopView(sort, reversed, filter, typing, panel, Math.max(0, above), help, paused, interval);
    }

    private TopView every(Duration time) {
        Duration bounded = time.compareTo(SHORTEST) < 0 ? SHORTEST : time.compareTo(LONGEST) > 0 ? LONGEST : time;
        return new TopView(sort, reversed, filter, false, panel, scroll, help, paused, bounded);
    }
}
