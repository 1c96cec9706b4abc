package dev.gpudiag.checks.cuda;

import dev.gpudiag.telemetry.Version;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** CUDA toolkit versions as they are written: {@code 12.4.1}, {@code 12.4.127-1}, {@code cu124}. */
public final class ToolkitText {

    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,3}\\.\\d{1,3}(?:\\.\\d(?!\\d))?)(?:[.+~-].*)?");
    private static final Pattern TAG = Pattern.compile("cu(\\d{2})(\\d)");
    private static final Pattern MAJOR = Pattern.compile("\\d{1,3}");

    private ToolkitText() {}

    /** The version, without a build number behind it; empty for text that is none. */
    public static Optional<Version> parse(String text) {
        Matcher tag = TAG.matcher(text);
        if (tag.matches()) {
            return Version.parse(tag.group(1) + "." + tag.group(2));
        }
        Matcher numbers = NUMBERS.matcher(text);
        if (numbers.matches()) {
            return Version.parse(numbers.group(1));
        }
        return MAJOR.matcher(text).matches() ? Version.parse(text) : Optional.empty();
    }
}
