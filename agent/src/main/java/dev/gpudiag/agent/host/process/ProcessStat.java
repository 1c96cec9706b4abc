package dev.gpudiag.agent.host.process;

import java.util.Optional;

/**
 * What {@code /proc/PID/stat} says.
 *
 * @param state the kernel's letter
 * @param startTicks clock ticks after boot at which it began
 */
record ProcessStat(String state, long startTicks) {

    static final String FILE = "stat";
    static final int LIMIT = 4096;

    /** Field 22 of the line, counted from the state, which is field 3. */
    private static final int START = 22 - 3;

    /** Empty for a text that is none; the command, which may hold any character, ends at the last bracket. */
    static Optional<ProcessStat> parse(String text) {
        String[] fields = text.substring(text.lastIndexOf(')') + 1).strip().split(" ", START + 2);
        if (text.lastIndexOf(')') < 0
                || fields.length <= START
                || !fields[0].matches("[A-Za-z]")
                || !fields[START].matches("\\d{1,18}")) {
            return Optional.empty();
        }
        return Optional.of(new ProcessStat(fields[0], Long.parseLong(fields[START])));
    }
}
