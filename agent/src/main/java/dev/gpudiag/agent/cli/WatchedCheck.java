package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.report.Printable;
import dev.gpudiag.agent.terminal.Screen;
import dev.gpudiag.agent.terminal.TerminalEvent;
import dev.gpudiag.agent.terminal.TerminalEvent.SpecialKey;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code check --watch}: on a terminal the newest report stands in the place of the one before, and the last stays when it
 * ends; elsewhere each follows the other.
 */
final class WatchedCheck implements LiveLoop.Listener<JudgedRound> {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
    private static final String ANSI = "\u001b\\[[0-9;]*m";
    private static final int PAGE = 10;

    private final CommandContext context;
    private final AnswerFlags answer;
    private final Duration interval;
    private final boolean inPlace;
    private Optional<JudgedRound> last = Optional.empty();
    private Optional<TerminalEvent.Resized> size = Optional.empty();
    private int scroll;

    WatchedCheck(CommandContext context, AnswerFlags answer, Duration interval) {
        this.context = context;
        this.answer = answer;
        this.interval = interval;
        this.inPlace = context.terminal().screen() && answer.forPeople();
    }

    /** Looks at the node and judges it. */
    interface Look {
        JudgedRound round() throws UsageException;
    }

    /** Wrong usage that shows only beside a sample. */
    private static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final UsageException usage;

        private Wrong(UsageException usage) {
            super(usage);
            this.usage = usage;
        }
    }

    /** Watches until it is told to end; the exit code of the last verdict, that of UNKNOWN where there is none yet. */
    int run(Look look) throws UsageException, InterruptedException {
        LiveLoop<JudgedRound> loop = new LiveLoop<>(() -> round(look), () -> interval);
        try (CallerTerminal.Session _ = context.terminal().begin(inPlace, loop.events())) {
            loop.run(this, 0);
        } catch (Wrong e) {
            throw e.usage;
        }
        if (inPlace) {
            last.ifPresent(round -> context.console().out().print(text(context, round)));
        }
        return last.map(round -> round.around().exitCode()).orElse(Status.UNKNOWN.exitCode());
    }

    private static JudgedRound round(Look look) {
        try {
            return look.round();
        } catch (UsageException e) {
            throw new Wrong(e);
        }
    }

    @Override
    public void seen(JudgedRound round) {
        last = Optional.of(round);
        if (!inPlace) {
            String text = text(context, round);
            Instant at = round.report().sample().takenAt().truncatedTo(ChronoUnit.SECONDS);
            context.console().out().print(answer.forPeople() && !text.isEmpty() ? "== " + at + "\n" + text : text);
            context.console().flush();
        }
    }

    @Override
    public boolean told(TerminalEvent event) {
        switch (event) {
            case TerminalEvent.Resized resized -> size = Optional.of(resized);
            case TerminalEvent.Suspended suspended -> size = Optional.empty();
            case TerminalEvent.Typed(char key)
            when key == 'q' || key == 'Q' -> {
                return false;
            }
            case SpecialKey.UP -> scroll--;
            case SpecialKey.DOWN -> scroll++;
            case SpecialKey.PAGE_UP -> scroll -= PAGE;
            case SpecialKey.PAGE_DOWN -> scroll += PAGE;
            case SpecialKey.HOME -> scroll = 0;
            case SpecialKey.END -> scroll = Integer.MAX_VALUE;
            default -> {}
        }
        return true;
    }

    @Override
    public void settled() {
        size.filter(any -> inPlace).ifPresent(now -> {
            context.console().out().print(Screen.draw(lines(now), now.rows()));
            context.console().flush();
        });
    }

    private List<String> lines(TerminalEvent.Resized now) {
        List<String> report = last.map(round -> text(context.with("GPUDIAG_COLUMNS", "" + now.columns()), round))
                .orElse("asking the driver ...\n")
                .lines()
                .map(line -> fits(line, now.columns()))
                .toList();
        int room = Math.max(0, now.rows() - 1);
        scroll = Math.clamp(scroll, 0, Math.max(0, report.size() - room));
        List<String> lines = new ArrayList<>(report.subList(scroll, Math.min(report.size(), scroll + room)));
        while (lines.size() < room) {
            lines.add("");
        }
        lines.add(Printable.cut(status(report.size() - scroll - room), now.columns()));
        return lines;
    }

    private String status(int below) {
        String verdict = last.map(round -> TIME.format(round.report().sample().takenAt()) + " "
                        + round.report().verdict() + "  ")
                .orElse("");
        String more = below > 0 ? ", " + below + " more lines: arrows scroll" : "";
        return verdict + "every " + Setting.format(interval) + "  q ends" + more;
    }

    /** A line that is too long for the terminal loses its colours with its end. */
    private static String fits(String line, int columns) {
        String plain = line.replaceAll(ANSI, "");
        return plain.length() <= columns ? line : Printable.shorten(plain, columns);
    }

    private String text(CommandContext where, JudgedRound round) {
        try {
            return answer.text(where, round.report(), round.around());
        } catch (UsageException e) {
            throw new IllegalStateException("the flags were valid before", e);
        }
    }
}
