package dev.gpudiag.agent.host.process;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A command line as it may be shown: one line, shortened, without what looks like a secret.
 *
 * <p>A secret is the value of an option or variable whose name says so, a password in a URL, a token whose prefix or whose
 * look says so. What is left out reads {@code ***}.
 */
final class CommandLine {

    static final String FILE = "cmdline";

    /** Bytes that are read; more than is ever shown, so that a long first argument does not hide the next. */
    static final int LIMIT = 8192;

    private static final int SHOWN = 256;
    private static final String HIDDEN = "***";
    private static final String SECRET =
            "[\\w.-]*(?:token(?!s|iz)|secret|passw(?:or)?d|passphrase|pwd|api[-_]?key|access[-_]?key|private[-_]?key"
                    + "|credential|authorization|bearer|cookie)[\\w.-]*";

    private static final Pattern OPTION = Pattern.compile("(?i)--?" + SECRET);
    private static final Pattern ASSIGNED = Pattern.compile(
            "(?i)((?:^|[\\s'\"{,;?&])-{0,2}" + SECRET + "['\"]?\\s*[=:]\\s*)(?:bearer\\s+)?[^\\s'\",;&}]+");
    private static final Pattern URL_USER = Pattern.compile("://[^/\\s@]+@");
    private static final Pattern TOKEN = Pattern.compile(
            "\\b(?:hf_|sk-|gh[pousr]_|github_pat_|glpat-|nvapi-|xox[abprs]-|AKIA|ASIA|eyJ)[\\w./+=-]{8,}");
    private static final Pattern RANDOM = Pattern.compile(
            "(?<![\\w/.+=-])(?=[A-Za-z+=]{0,64}\\d)(?=[0-9+=]{0,64}[A-Za-z])[A-Za-z0-9+=]{32,}(?![\\w/.-])");

    private CommandLine() {}

    /** The text for the bytes of {@code /proc/PID/cmdline}; empty for a kernel thread or a process that is dead. */
    static String shown(byte[] bytes) {
        List<String> words = new ArrayList<>();
        boolean hideNext = false;
        for (String argument : new String(bytes, StandardCharsets.UTF_8).split("\0", -1)) {
            words.add(hideNext && !argument.startsWith("-") ? HIDDEN : withoutSecrets(argument));
            hideNext = OPTION.matcher(argument).matches();
        }
        String line = String.join(" ", words).strip();
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "...";
    }

    private static String withoutSecrets(String argument) {
        String text = ASSIGNED.matcher(argument).replaceAll("$1" + HIDDEN);
        text = URL_USER.matcher(text).replaceAll("://" + HIDDEN + "@");
        text = TOKEN.matcher(text).replaceAll(HIDDEN);
        return RANDOM.matcher(text).replaceAll(HIDDEN);
    }
}
