package dev.gpudiag.checks.explain;

import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds what a word or number means; immutable. */
public final class Explainer {

    private static final int MENTIONS = 8;

    private static final Pattern KIND =
            Pattern.compile("(xid|sxid|nvml|cuda|clocks?|check|rule)(?:[\\s:=#]+|(?=\\d))(.+)", Pattern.DOTALL);
    private static final Pattern MASK = Pattern.compile("0x0*([0-9a-f]{1,15})");
    private static final Pattern NUMBER = Pattern.compile("0*(\\d{1,9})");

    private final List<Explanation> all;

    public Explainer(List<Check> checks) {
        List<Explanation> explanations = new ArrayList<>(new CheckExplanations().of(checks));
        explanations.addAll(XidExplanations.all());
        explanations.addAll(SxidExplanations.all());
        explanations.addAll(CodeTables.nvml());
        explanations.addAll(CodeTables.cuda());
        explanations.addAll(CodeTables.clocks());
        all = List.copyOf(explanations);
    }

    /** All that can be explained. */
    public List<Explanation> all() {
        return all;
    }

    /** Everything that {@code topic} may mean: several for a number that more than one table has, or for a mask. */
    public List<Explanation> find(String topic) {
        String wanted = topic.strip().toLowerCase(Locale.ROOT);
        Optional<TopicKind> kind = Optional.empty();
        Matcher prefixed = KIND.matcher(wanted);
        if (prefixed.matches()) {
            String word = prefixed.group(1);
            kind = TopicKind.of(word.equals("clock") ? "clocks" : word);
            wanted = prefixed.group(2).strip();
        }
        return find(kind, wanted);
    }

    private List<Explanation> find(Optional<TopicKind> kind, String key) {
        Matcher mask = MASK.matcher(key);
        boolean clocks = kind.equals(Optional.of(TopicKind.CLOCKS));
        if (mask.matches() && (clocks || kind.isEmpty())) {
            return reasons(Long.parseLong(mask.group(1), 16));
        }
        Matcher number = NUMBER.matcher(key);
        if (number.matches() && clocks) {
            return reasons(Long.parseLong(number.group(1)));
        }
        String name = number.matches() ? number.group(1) : key;
        return all.stream()
                .filter(each -> kind.isEmpty() || each.kind() == kind.get())
                .filter(each -> each.isCalled(name))
                .toList();
    }

    private List<Explanation> reasons(long mask) {
        List<Explanation> reasons = new ArrayList<>();
        long rest = mask;
        for (Explanation each : all) {
            if (each.kind() == TopicKind.CLOCKS && (mask & Long.decode(each.code())) != 0) {
                reasons.add(each);
                rest &= ~Long.decode(each.code());
            }
        }
        if (rest != 0 || mask == 0) {
            reasons.add(rest == 0 ? noReason() : newerReason(rest));
        }
        return reasons;
    }

    private static Explanation noReason() {
        return reason("0x0", Status.OK, "no reason is set: nothing holds the clocks down", "normal", Escalation.NONE);
    }

    private static Explanation newerReason(long bits) {
        return reason(
                "0x" + Long.toHexString(bits),
                Status.UNKNOWN,
                "a reason that this table does not know",
                "a driver that is newer than this gpudiag",
                Escalation.NONE);
    }

    private static Explanation reason(
            String mask, Status status, String meaning, String usually, Escalation escalation) {
        List<String> actions = status == Status.OK ? List.of("nothing") : List.of("read nvml.h of that driver");
        return new Explanation(
                TopicKind.CLOCKS,
                mask,
                List.of(),
                Optional.of(status),
                meaning,
                usually,
                actions,
                List.of(),
                escalation,
                "nvml.h nvmlClocksEventReasons");
    }

    /** Topics whose name or meaning speaks of these words, for somebody who does not know the number; at most eight. */
    public List<String> mentioning(String words) {
        String wanted = words.strip();
        if (wanted.length() < 4) {
            return List.of();
        }
        return all.stream()
                .filter(each -> each.mentions(wanted))
                .sorted(Comparator.comparing(Explanation::kind))
                .map(Explanation::topic)
                .limit(MENTIONS)
                .toList();
    }
}
