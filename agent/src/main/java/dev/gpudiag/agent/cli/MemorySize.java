package dev.gpudiag.agent.cli;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An amount of memory on the command line: {@code 80GiB}, {@code 81559MiB}, bytes without a unit. */
final class MemorySize {

    private static final Pattern SIZE =
            Pattern.compile("(\\d{1,12}(?:\\.\\d{1,6})?)\\s*(|b|k|ki|kib|m|mi|mib|g|gi|gib|t|ti|tib)");

    private MemorySize() {}

    static OptionalLong parse(String option, String text) throws UsageException {
        Matcher matcher = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches() || Double.parseDouble(matcher.group(1)) == 0) {
            throw new UsageException(option + ": '" + text + "' is no amount of memory such as 80GiB");
        }
        String unit = matcher.group(2);
        int power = unit.isEmpty() ? 0 : Math.max(0, "bkmgt".indexOf(unit.charAt(0)));
        double bytes = Double.parseDouble(matcher.group(1)) * Math.pow(1024, power);
        if (bytes > 0x1p56) {
            throw new UsageException(option + ": " + text + " is more than any GPU has");
        }
        return OptionalLong.of((long) bytes);
    }
}
