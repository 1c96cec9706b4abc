package dev.gpudiag.checks.explain;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.checks.Status;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One topic explained.
 *
 * @param code number, mask or id: {@code 79}, {@code 0x40}, {@code ecc}
 * @param names other names of it, such as {@code NVML_ERROR_GPU_IS_LOST}
 * @param severity how bad it is by itself; empty where it depends
 * @param usually what it most often comes from
 * @param actions what to do now, in order
 * @param details the rules of a check, what a rule reads
 * @param source who says so
 */
public record Explanation(
        TopicKind kind,
        String code,
        List<String> names,
        Optional<Status> severity,
        String meaning,
        String usually,
        List<String> actions,
        List<String> details,
        Escalation escalation,
        String source) {

    public Explanation {
        requireNonNull(kind, "kind is null");
        requireNonNull(code, "code is null");
        requireNonNull(severity, "severity is null");
        requireNonNull(meaning, "meaning is null");
        requireNonNull(usually, "usually is null");
        requireNonNull(escalation, "escalation is null");
        requireNonNull(source, "source is null");
        names = names.stream().filter(name -> !name.isBlank()).distinct().toList();
        actions = List.copyOf(actions);
        details = List.copyOf(details);
    }

    /** What to type to have exactly this one: {@code xid 79}; a rule and a check are their ids. */
    public String topic() {
        return kind == TopicKind.CHECK || kind == TopicKind.RULE ? code : kind.word() + " " + code;
    }

    /** Whether somebody who types {@code key} means this; in a name, case and what is between its words do not count. */
    boolean isCalled(String key) {
        String wanted = letters(key);
        return code.equals(key) || names.stream().map(Explanation::letters).anyMatch(name -> isName(name, wanted));
    }

    private static boolean isName(String name, String wanted) {
        return name.equals(wanted)
                || name.equals("nvmlerror" + wanted)
                || name.equals("cudaerror" + wanted)
                || wanted.equals("nvmlclockseventreason" + name)
                || wanted.equals("nvmlclocksthrottlereason" + name);
    }

    /** Whether its name or meaning speaks of this. */
    boolean mentions(String words) {
        String wanted = words.toLowerCase(Locale.ROOT);
        return meaning.toLowerCase(Locale.ROOT).contains(wanted)
                || names.stream()
                        .anyMatch(name ->
                                name.toLowerCase(Locale.ROOT).replace('_', ' ').contains(wanted));
    }

    private static String letters(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[\\s_-]", "");
    }
}
