package dev.gpudiag.agent.bundle;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes secrets, and what names machines and people, out of text, and keeps a list of what it took out.
 *
 * <p>A machine or an address gets the same replacement everywhere, so that a reader can still tell them apart. Of a secret
 * the list holds where it was and what it was called, never its value. Not thread-safe.
 */
final class Redaction {

    private static final String SECRET_WORD =
            "(?:token|secret|passw(?:or)?d|passphrase|passwd|pwd|api[_-]?key|access[_-]?key|"
                    + "private[_-]?key|signing[_-]?key|credentials?|authorization|auth[_-]?key|cookie)";
    private static final String NAME = "[A-Za-z0-9_.-]{0,64}" + SECRET_WORD + "[A-Za-z0-9_.-]{0,64}";
    private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final String HEX = "[0-9a-f]{1,4}";

    private static final Pattern PRIVATE_KEY = Pattern.compile(
            "-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,20000}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?");
    private static final Pattern USER_INFO = Pattern.compile("(\\b[a-z][a-z0-9+.-]{1,20}://)([^\\s/@\"'<>]{1,512})@");
    private static final Pattern SCHEME =
            Pattern.compile("(?i)\\b(bearer|basic|digest|negotiate)(\\s+)([A-Za-z0-9._~+/=-]{8,4096})");

    /** NAME=value, NAME: value, "NAME": "value", {@code name:NAME, value:...} is not one of them. */
    private static final Pattern NAMED = Pattern.compile(
            "(?i)(" + NAME + ")(\\\\?[\"']?\\s{0,8}[=:]\\s{0,8})"
                    + "(?:(\\\\?\")((?:[^\"\\\\\\r\\n]|\\\\[^\"]){1,4096})|(')([^'\\r\\n]{1,4096})|([^\\s\"',;}&\\\\]{1,4096}))");

    /** --token value, also as elements of a JSON array, and NUL-separated. */
    private static final Pattern FLAG = Pattern.compile(
            "(?i)(--?" + NAME
                    + ")((?:\\\\?\"\\s{0,8},\\s{0,8}\\\\?\")|[\\s\\x00]{1,8}|\\\\u0000)([^\\s\"'\\\\\\x00-][^\\s\"'\\\\\\x00]{0,4095})");

    private static final Pattern TOKEN = Pattern.compile("\\b(?:(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,255}"
            + "|github_pat_[A-Za-z0-9_]{20,255}|glpat-[A-Za-z0-9_-]{16,255}|hf_[A-Za-z0-9]{16,255}"
            + "|sk-[A-Za-z0-9_-]{16,255}|xox[abeprs]-[A-Za-z0-9-]{10,255}|nvapi-[A-Za-z0-9_-]{16,255}"
            + "|AIza[0-9A-Za-z_-]{30,64}|dckr_pat_[A-Za-z0-9_-]{16,255}"
            + "|eyJ[A-Za-z0-9_-]{8,4096}\\.[A-Za-z0-9_-]{8,4096}\\.?[A-Za-z0-9_-]{0,4096})"
            + "|\\$2[aby]\\$\\d\\d\\$[./A-Za-z0-9]{53}");

    /** Letters of both cases and digits: no digest, no UUID, no name that somebody chose. */
    private static final Pattern OPAQUE = Pattern.compile(
            "(?<![A-Za-z0-9_+/=-])(?!(?:GPU|MIG)-)(?=[A-Za-z_+/-]{0,255}\\d)(?=[^A-Z\\s]{0,255}[A-Z])(?=[^a-z\\s]{0,255}[a-z])[A-Za-z0-9_+-]{40,4096}={0,2}(?![A-Za-z0-9_+/-])");

    private static final Pattern MAIL =
            Pattern.compile("\\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63}){1,8}\\b");
    private static final Pattern HARDWARE_ADDRESS =
            Pattern.compile("(?i)(?<![\\w:])(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?![\\w:])");
    private static final Pattern IPV4 =
            Pattern.compile("(?<![\\w.-])" + OCTET + "(?:\\." + OCTET + "){3}(?![\\w-]|\\.\\d)");
    private static final Pattern IPV6 = Pattern.compile("(?i)(?<![\\w:.])(?:" + HEX + "(?::" + HEX + "){7}|(?:" + HEX
            + ":){1,7}:" + HEX + "(?::" + HEX + "){0,6}|::" + HEX + "(?::" + HEX + "){0,6})(?![\\w:])");
    private static final Pattern OWN_ADDRESS = Pattern.compile("127\\..*|0\\.0\\.0\\.0|255\\.255\\..*|::1?");

    private final List<Pattern> names;
    private final Map<String, Map<String, String>> replacements = new LinkedHashMap<>();
    private final Map<Taken, Integer> taken = new LinkedHashMap<>();

    /**
     * Something that was taken out.
     *
     * @param kind {@code secret}, {@code host name}, {@code address}, {@code e-mail address}
     * @param name what the secret was called, or what stands in its place
     * @param part where
     */
    record Taken(String kind, String name, String part) {}

    /** @param hostNames names of this machine, short and whole */
    Redaction(Collection<String> hostNames) {
        this.names = patterns(hostNames);
    }

    private static List<Pattern> patterns(Collection<String> hostNames) {
        TreeSet<String> words = new TreeSet<>((one, other) -> {
            int longer = Integer.compare(other.length(), one.length());
            return longer != 0 ? longer : one.compareTo(other);
        });
        for (String name : hostNames) {
            String host = name.strip().toLowerCase(Locale.ROOT);
            int dot = host.indexOf('.');
            words.add(host);
            if (dot > 0) {
                words.add(host.substring(0, dot));
            }
        }
        words.removeIf(word -> word.length() < 3 || word.equals("localhost") || word.startsWith("localhost."));
        List<Pattern> patterns = new ArrayList<>();
        for (String word : words) {
            int dot = word.indexOf('.');
            String others = dot > 0 ? "|[a-z0-9-]{1,63}" + Pattern.quote(word.substring(dot)) : "";
            patterns.add(Pattern.compile("(?i)(?<![a-z0-9])(?:" + Pattern.quote(word) + others + ")(?![a-z0-9])"));
        }
        return patterns;
    }

    /** The text of a part without them. */
    String apply(String part, String text) {
        String clean = replace(PRIVATE_KEY, text, match -> secret(part, "private key"));
        clean = replace(USER_INFO, clean, match -> match.group(1) + secret(part, "credentials in a URL") + "@");
        clean = replace(SCHEME, clean, match -> match.group(1) + match.group(2) + secret(part, match.group(1)));
        clean = replace(NAMED, clean, match -> named(part, match));
        clean = replace(FLAG, clean, match -> match.group(1) + match.group(2) + secret(part, match.group(1)));
        clean = replace(TOKEN, clean, match -> secret(part, "token"));
        clean = replace(OPAQUE, clean, match -> secret(part, "long string of letters and digits"));
        clean = replace(MAIL, clean, match -> same("e-mail address", "mail", part, match.group()));
        for (Pattern name : names) {
            clean = replace(name, clean, match -> same("host name", "host", part, match.group()));
        }
        clean = replace(HARDWARE_ADDRESS, clean, match -> same("address", "mac", part, match.group()));
        clean = replace(IPV4, clean, match -> address(part, match));
        return replace(IPV6, clean, match -> address(part, match));
    }

    /** Everything that was taken out, and how often. */
    Map<Taken, Integer> taken() {
        return Map.copyOf(taken);
    }

    private String named(String part, MatchResult match) {
        String quote = match.group(3) != null ? match.group(3) : match.group(5) != null ? match.group(5) : "";
        String value =
                match.group(4) != null ? match.group(4) : match.group(6) != null ? match.group(6) : match.group(7);
        boolean harmless = value.matches("\\[redacted.*|(?i)null|true|false|yes|no|none|[\\[{(]?");
        return harmless ? match.group() : match.group(1) + match.group(2) + quote + secret(part, match.group(1));
    }

    private String secret(String part, String name) {
        count(new Taken("secret", name, part));
        return "[redacted secret]";
    }

    private String address(String part, MatchResult match) {
        return OWN_ADDRESS.matcher(match.group()).matches()
                ? match.group()
                : same("address", "ip", part, match.group());
    }

    /** The same replacement for the same value. */
    private String same(String kind, String word, String part, String value) {
        Map<String, String> known = replacements.computeIfAbsent(word, key -> new LinkedHashMap<>());
        String replacement =
                known.computeIfAbsent(value.toLowerCase(Locale.ROOT), key -> word + "-" + (known.size() + 1));
        count(new Taken(kind, replacement, part));
        return replacement;
    }

    private void count(Taken one) {
        taken.merge(one, 1, Integer::sum);
    }

    private static String replace(Pattern pattern, String text, Function<MatchResult, String> by) {
        return pattern.matcher(text).replaceAll(match -> Matcher.quoteReplacement(by.apply(match)));
    }
}
