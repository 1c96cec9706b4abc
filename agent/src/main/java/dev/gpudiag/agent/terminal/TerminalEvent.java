package dev.gpudiag.agent.terminal;

/** What a terminal tells of itself and of whoever sits before it. */
public sealed interface TerminalEvent {

    /** A key that shows a character of ASCII. */
    record Typed(char value) implements TerminalEvent {}

    /** A key that shows none. */
    enum SpecialKey implements TerminalEvent {
        UP,
        DOWN,
        PAGE_UP,
        PAGE_DOWN,
        HOME,
        END,
        ENTER,
        ESCAPE,
        BACKSPACE,
        TAB
    }

    /** The terminal has this size now, and holds nothing of what was drawn before. */
    record Resized(int rows, int columns) implements TerminalEvent {

        private static final int MOST = 1000;

        public Resized {
            rows = Math.clamp(rows, 1, MOST);
            columns = Math.clamp(columns, 1, MOST);
        }
    }

    /** The terminal belongs to somebody else until its next {@link Resized}. */
    record Suspended() implements TerminalEvent {}

    /** Ctrl-C, or nothing will come any more. */
    record Ended() implements TerminalEvent {}
}
