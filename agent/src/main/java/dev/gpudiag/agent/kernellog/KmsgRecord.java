package dev.gpudiag.agent.kernellog;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A record as {@code /dev/kmsg} gives it: {@code priority,sequence,microseconds,flags;text}, then lines of a dictionary.
 *
 * <p>Format: Documentation/ABI/testing/dev-kmsg. Bytes that are no printable ASCII come as {@code \x1b}.
 *
 * @param sinceBoot the kernel's own clock, which stands still while the machine sleeps
 */
record KmsgRecord(long sequence, Duration sinceBoot, String text) {

    /** Longest record that the kernel gives, with its dictionary. */
    static final int SIZE_LIMIT = 16 * 1024;

    private static final Pattern RECORD = Pattern.compile("\\d{1,10},(\\d{1,18}),(\\d{1,18}),[^;]{0,200};(.*)");
    private static final Pattern ESCAPE = Pattern.compile("\\\\x([0-9a-fA-F]{2})");

    /** The record that this text holds, without its dictionary; empty where it holds none. */
    static Optional<KmsgRecord> parse(String entry) {
        int end = entry.indexOf('\n');
        Matcher matcher = RECORD.matcher(end < 0 ? entry : entry.substring(0, end));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long micros = Math.min(Long.parseLong(matcher.group(2)), Long.MAX_VALUE / 1000);
        return Optional.of(new KmsgRecord(
                Long.parseLong(matcher.group(1)), Duration.ofNanos(micros * 1000), unescaped(matcher.group(3))));
    }

    private static String unescaped(String text) {
        return text.indexOf('\\') < 0
                ? text
                : ESCAPE.matcher(text)
                        .replaceAll(match ->
                                Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(match.group(1), 16))));
    }
}
