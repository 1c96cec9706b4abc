package dev.gpudiag.agent.terminal;

import dev.gpudiag.agent.terminal.TerminalEvent.SpecialKey;
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

    private static final Map<String, SpecialKey> KEYS = Map.ofEntries(
            Map.entry("A", SpecialKey.UP),
            Map.entry("B", SpecialKey.DOWN),
            Map.entry("H", SpecialKey.HOME),
            Map.entry("F", SpecialKey.END),
            Map.entry("1~", SpecialKey.HOME),
            Map.entry("7~", SpecialKey.HOME),
            Map.entry("4~", SpecialKey.END),
            Map.entry("8~", SpecialKey.END),
            Map.entry("5~", SpecialKey.PAGE_UP),
            Map.entry("6~", SpecialKey.PAGE_DOWN));

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
        return Optional.of(SpecialKey.ESCAPE);
    }

    private Optional<TerminalEvent> plain(int value) {
        return switch (value) {
            case ESCAPE -> {
                state = State.ESCAPED;
                yield Optional.empty();
            }
            case CTRL_C -> Optional.of(new TerminalEvent.Ended());
            case '\r', '\n' -> Optional.of(SpecialKey.ENTER);
            case '\t' -> Optional.of(SpecialKey.TAB);
            case 0x08, 0x7f -> Optional.of(SpecialKey.BACKSPACE);
            default ->
                value >= ' ' && value < 0x7f ? Optional.of(new TerminalEvent.Typed((char) value)) : Optional.empty();
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
        return value == ESCAPE ? Optional.of(SpecialKey.ESCAPE) : Optional.empty();
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
            String[] parts = text.split(";", -1);
            return Optional.of(new TerminalEvent.Resized(Integer.parseInt(parts[1]), Integer.parseInt(parts[2])));
        }
        return Optional.ofNullable(KEYS.get(text));
    }
}
