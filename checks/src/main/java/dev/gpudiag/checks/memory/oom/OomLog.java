package dev.gpudiag.checks.memory.oom;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds in a log, line by line, every time that GPU memory ran out. Bounded, whatever the log holds. Not thread-safe.
 */
public final class OomLog {

    /** Characters of a line that are looked at. */
    public static final int LINE_LIMIT = 1 << 14;

    /** Events that are kept; later ones are counted. */
    public static final int EVENT_LIMIT = 500;

    /** Lines of a message: terminals and log collectors break it. */
    private static final int MESSAGE_LINES = 8;

    /** Lines before a message that tell what the program did. */
    private static final int CONTEXT_LINES = 80;

    private static final int CONTEXT_WIDTH = 400;
    private static final int STATISTICS_LINES = 16;
    private static final int MANY_STEPS = 100;

    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]{0,20}m");
    private static final Pattern STATISTICS =
            Pattern.compile("\\b(?:Limit|InUse|largest_free_block_bytes|Largest free block): |memory_limit_:");
    private static final Pattern STEP = Pattern.compile(
            "(?i)\\b(?:global_?step|steps?|iter|iteration)\\b[\"']?[ :=#\\[(]{1,3}(\\d{1,9})|\\| ?(\\d{1,9})/\\d{1,9} \\[");
    private static final Pattern EPOCH = Pattern.compile("(?i)\\bepochs?\\b[\"']?[ :=#\\[(]{1,3}(\\d{1,6})");

    private final List<OomEvent> events = new ArrayList<>();
    private final Deque<String> context = new ArrayDeque<>();
    private long lines;
    private long leftOut;
    private Message message;
    private SummaryTable table;

    /** A message that may go on in the next lines. */
    private static final class Message {
        private final OomTrigger trigger;
        private final long line;
        private final Set<OomHint> hints;
        private final StringBuilder text = new StringBuilder();
        private int more = MESSAGE_LINES;
        private int statistics = STATISTICS_LINES;

        Message(OomTrigger trigger, long line, String text, Set<OomHint> hints) {
            this.trigger = trigger;
            this.line = line;
            this.hints = hints;
            this.text.append(text);
        }

        boolean isOfBfc() {
            return trigger == OomTrigger.BFC || trigger == OomTrigger.XLA || trigger == OomTrigger.TENSORFLOW;
        }

        /** Whether a line that could begin a message goes on with this one. */
        boolean goesOnWith(OomTrigger next, String line) {
            boolean without = !text.toString().contains("Tried to allocate");
            return switch (next) {
                case TORCH -> trigger == OomTrigger.TORCH && without && line.contains("Tried to allocate") && more > 5;
                case XLA, TENSORFLOW -> trigger == OomTrigger.BFC;
                default -> false;
            };
        }
    }

    /** Reads the next line. */
    public void read(String text) {
        lines++;
        String line = COLOUR.matcher(text.length() > LINE_LIMIT ? text.substring(0, LINE_LIMIT) : text)
                .replaceAll("");
        if (table != null) {
            if (table.read(line) && SummaryTable.beginning(line, lines) == null) {
                return;
            }
            add(table.event());
            table = null;
        }
        table = SummaryTable.beginning(line, lines);
        Optional<OomTrigger> trigger = OomTrigger.in(line);
        if (table != null) {
            close();
        } else if (trigger.isPresent() && (message == null || !message.goesOnWith(trigger.get(), line))) {
            close();
            message = new Message(trigger.get(), lines, line, hints());
            context.clear();
        } else if (message != null) {
            goOn(line, trigger.isPresent());
        }
        if (trigger.isEmpty()) {
            remember(line);
        }
    }

    private void goOn(String line, boolean asMessage) {
        boolean statistics = message.isOfBfc() && STATISTICS.matcher(line).find() && message.statistics-- > 0;
        if (message.more-- > 0 || asMessage || statistics) {
            message.text.append(' ').append(line.strip());
        } else if (!message.isOfBfc() || message.statistics <= 0) {
            close();
        }
        if (message != null && message.text.length() > 4 * LINE_LIMIT) {
            close();
        }
    }

    private void remember(String line) {
        context.add(line.length() > CONTEXT_WIDTH ? line.substring(0, CONTEXT_WIDTH) : line);
        if (context.size() > CONTEXT_LINES) {
            context.remove();
        }
    }

    private Set<OomHint> hints() {
        EnumSet<OomHint> hints = EnumSet.noneOf(OomHint.class);
        for (String line : context) {
            hints.addAll(OomHint.in(line));
            if (largest(STEP, line) >= MANY_STEPS || largest(EPOCH, line) >= 2) {
                hints.add(OomHint.MANY_STEPS);
            }
        }
        return hints;
    }

    private static long largest(Pattern pattern, String line) {
        long largest = -1;
        Matcher matcher = pattern.matcher(line);
        while (matcher.find()) {
            for (int group = 1; group <= matcher.groupCount(); group++) {
                largest = Math.max(largest, matcher.group(group) == null ? -1 : Long.parseLong(matcher.group(group)));
            }
        }
        return largest;
    }

    private void close() {
        if (message == null) {
            return;
        }
        String text = message.text.toString();
        OomTrigger trigger = message.trigger;
        boolean torch = trigger == OomTrigger.TORCH;
        TorchMessage parsed = torch ? TorchMessage.read(text) : null;
        boolean tensor = trigger == OomTrigger.BFC && text.contains("OOM when allocating tensor");
        add(new OomEvent(
                tensor ? OomSource.TENSORFLOW : trigger.source(),
                trigger.kind(),
                message.line,
                1,
                torch ? parsed.device() : OtherMessage.device(text),
                torch ? parsed.figures() : OtherMessage.figures(text),
                torch ? parsed.processes() : List.of(),
                OomEvent.Counters.NONE,
                message.hints,
                false));
        message = null;
    }

    /** The same message is often written several times: where it is caught, raised again and logged. */
    private void add(OomEvent event) {
        for (int i = events.size() - 1; i >= Math.max(0, events.size() - 4); i--) {
            OomEvent before = events.get(i);
            if (before.saysTheSameAs(event)) {
                events.set(i, before.with(before.count() + 1, false));
                return;
            }
        }
        if (events.size() < EVENT_LIMIT) {
            events.add(event);
        } else {
            leftOut++;
        }
    }

    /** What was found until now; ends a message that is open. */
    public List<OomEvent> events() {
        close();
        if (table != null) {
            add(table.event());
            table = null;
        }
        List<OomEvent> marked = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            OomEvent event = events.get(i);
            marked.add(event.with(event.count(), roseUpTo(i)));
        }
        return List.copyOf(marked);
    }

    /** Whether the two failures of the same device before this one each had less allocated. */
    private boolean roseUpTo(int index) {
        OomEvent event = events.get(index);
        long allocated = event.figure(OomFigure.ALLOCATED).orElse(-1);
        int rises = 0;
        for (int i = index - 1; i >= 0 && rises < 2 && allocated >= 0; i--) {
            OomEvent before = events.get(i);
            if (before.source() == event.source()
                    && before.device().equals(event.device())
                    && before.figure(OomFigure.CAPACITY).equals(event.figure(OomFigure.CAPACITY))
                    && before.figure(OomFigure.ALLOCATED).isPresent()) {
                long then = before.figure(OomFigure.ALLOCATED).getAsLong();
                if (then >= allocated) {
                    return false;
                }
                allocated = then;
                rises++;
            }
        }
        return rises == 2;
    }

    /** Lines read. */
    public long lines() {
        return lines;
    }

    /** Events that were found and not kept. */
    public long leftOut() {
        return leftOut;
    }
}
