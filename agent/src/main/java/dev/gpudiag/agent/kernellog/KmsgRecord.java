package dev.gpudiag.agent.kernellog;

import java.nio.charset.StandardCharsets;
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

    /** The record that these bytes hold; empty where they hold none. */
    static Optional<KmsgRecord> parse(byte[] bytes) {
        String all = new String(bytes, StandardCharsets.UTF_8);
        int end = all.indexOf('\n');
        return parse(end < 0 ? all : all.substring(0, end));
    }

    /** The record that stands in one line, without its dictionary. */
    static Optional<KmsgRecord> parse(String line) {
        Matcher matcher = RECORD.matcher(line);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(new KmsgRecord(
                Long.parseLong(matcher.group(1)),
                Duration.ofNanos(Math.multiplyExact(Math.min(Long.parseLong(matcher.group(2)), Long.MAX_VALUE / 1000), 1000L)),
                unescaped(matcher.group(3))));
    }

    private static String unescaped(String text) {
        return text.indexOf('\\') < 0
                ? text
                : ESCAPE.matcher(text)
                        .replaceAll(match -> Matcher.quoteReplacement(
                                String.valueOf((char) Integer.parseInt(match.group(1), 16))));
    }
}
