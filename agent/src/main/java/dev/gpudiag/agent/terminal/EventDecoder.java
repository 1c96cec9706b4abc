package dev.gpudiag.agent.terminal;

import dev.gpudiag.agent.terminal.TerminalEvent.Key;
import java.util.Map;
import java.util.Optional;

/**
 * Makes events of the bytes that terminals send (ECMA-48, xterm's keys, in-band size reports); what it does not know is left
 * out. Not thread-safe.
 */
final class EventDecoder {

    private static final int ESCAPE = 0x1b;
    private static final int CTRL_C = 3;
    private static final int LONGEST = 32;

    private static final Map<String, Key> KEYS = Map.ofEntries(
            Map.entry("A", Key.UP),
            Map.entry("B", Key.DOWN),
            Map.entry("H", Key.HOME),
            Map.entry("F", Key.END),
            Map.entry("1~", Key.HOME),
            Map.entry("7~", Key.HOME),
            Map.entry("4~", Key.END),
            Map.entry("8~", Key.END),
            Map.entry("5~", Key.PAGE_UP),
            Map.entry("6~", Key.PAGE_DOWN));

    private enum State {
        PLAIN,
        /** After an escape. */
        ESCAPED,
        /** After {@code ESC [} or {@code ESC O}, within its parameters. */
        SEQUENCE
    }

    private State state = State.PLAIN;
    private boolean control;
    private final StringBuilder sequence = new StringBuilder();

    /** The event that ends with this byte. */
    Optional<TerminalEvent> next(int value) {
        return switch (state) {
            case PLAIN -> plain(value);
            case ESCAPED -> escaped(value);
            case SEQUENCE -> sequence(value);
        };
    }

    /** Nothing follows for now: an escape that stands alone is the key. */
    Optional<TerminalEvent> pause() {
        if (state != State.ESCAPED) {
            return Optional.empty();
        }
        state = State.PLAIN;
        return Optional.of(Key.ESCAPE);
    }

    private Optional<TerminalEvent> plain(int value) {
        return switch (value) {
            case ESCAPE -> {
                state = State.ESCAPED;
                yield Optional.empty();
            }
            case CTRL_C -> Optional.of(new TerminalEvent.Ended());
            case '\r', '\n' -> Optional.of(Key.ENTER);
            case '\t' -> Optional.of(Key.TAB);
            case 0x08, 0x7f -> Optional.of(Key.BACKSPACE);
            default ->
                value >= ' ' && value < 0x7f
                        ? Optional.of(new TerminalEvent.Character((char) value))
                        : Optional.empty();
        };
    }

    private Optional<TerminalEvent> escaped(int value) {
        if (value == '[' || value == 'O') {
            state = State.SEQUENCE;
            control = value == '[';
            sequence.setLength(0);
            return Optional.empty();
        }
        state = State.PLAIN;
        return value == ESCAPE ? Optional.of(Key.ESCAPE) : Optional.empty();
    }

    private Optional<TerminalEvent> sequence(int value) {
        sequence.append((char) (value & 0xff));
        boolean ends = value >= 0x40 && value <= 0x7e;
        if (!ends && sequence.length() < LONGEST) {
            return Optional.empty();
        }
        state = State.PLAIN;
        String text = sequence.toString();
        if (control && text.equals("O")) {
            return Optional.of(new TerminalEvent.Suspended());
        }
        if (control && text.matches("48;\\d{1,5};\\d{1,5};\\d{1,5};\\d{1,5}t")) {
            String[] parts = text.split(";");
            return Optional.of(new TerminalEvent.Resized(Integer.parseInt(parts[1]), Integer.parseInt(parts[2])));
        }
        return Optional.ofNullable(KEYS.get(text));
    }
}
