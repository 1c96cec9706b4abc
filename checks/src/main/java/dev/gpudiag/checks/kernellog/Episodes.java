package dev.gpudiag.checks.kernellog;

import dev.gpudiag.checks.kernellog.KernelEvent.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts the events of a log together: bursts of the same, and what one brought about under it. */
public final class Episodes {

    /** What comes within this time of the first counts as once. */
    static final Duration BURST = Duration.ofSeconds(60);

    /** An Xid 45 so near another Xid of its GPU is its consequence. */
    static final Duration CONSEQUENCE = Duration.ofSeconds(5);

    private static final int CHANNEL_REMOVED = 45;
    private static final Pattern PREVIOUS = Pattern.compile("caused by previous Xid (\\d{1,5})");

    private Episodes() {}

    /** The episodes of a log, in the order of their first events; lines that only mark a time are left out. */
    public static List<Episode> of(KernelLog log) {
        Map<Episode.Key, List<LoggedEvent>> events = new LinkedHashMap<>();
        Map<Episode.Key, List<LoggedEvent>> followers = new LinkedHashMap<>();
        for (LoggedEvent event : log.events()) {
            if (isMark(event.event())) {
                continue;
            }
            Optional<LoggedEvent> root = root(event, log.events());
            if (root.isPresent()) {
                followers
                        .computeIfAbsent(Episode.Key.of(root.get().event()), key -> new ArrayList<>())
                        .add(event);
            } else {
                events.computeIfAbsent(Episode.Key.of(event.event()), key -> new ArrayList<>())
                        .add(event);
            }
        }
        return events.entrySet().stream()
                .map(entry -> new Episode(
                        entry.getKey(),
                        entry.getValue(),
                        bursts(entry.getValue()),
                        followers.getOrDefault(entry.getKey(), List.of())))
                .toList();
    }

    private static boolean isMark(KernelEvent event) {
        return event.isDriverLoad() || event.isReset() || event.isSwitchDetail();
    }

    /** The Xid that brought this one about; only an Xid 45 has one. */
    private static Optional<LoggedEvent> root(LoggedEvent event, List<LoggedEvent> all) {
        if (!isXid(event, CHANNEL_REMOVED)) {
            return Optional.empty();
        }
        Matcher matcher = PREVIOUS.matcher(event.event().message());
        OptionalInt named = matcher.find() ? OptionalInt.of(Integer.parseInt(matcher.group(1))) : OptionalInt.empty();
        return all.stream()
                .filter(other -> isOtherXidOfSameGpu(event, other))
                .filter(other -> named.isPresent()
                        ? other.event().code().equals(named)
                        : distance(event, other)
                                .filter(near -> near.compareTo(CONSEQUENCE) <= 0)
                                .isPresent())
                .min(Comparator.comparing(other -> distance(event, other).orElse(BURST)));
    }

    private static boolean isOtherXidOfSameGpu(LoggedEvent event, LoggedEvent other) {
        return other.event().kind() == Kind.XID
                && !isXid(other, CHANNEL_REMOVED)
                && other.event().pciBusId().equals(event.event().pciBusId())
                && other.boot().equals(event.boot());
    }

    private static Optional<Duration> distance(LoggedEvent one, LoggedEvent other) {
        return one.at()
                .flatMap(at -> other.at().map(then -> Duration.between(at, then).abs()));
    }

    private static boolean isXid(LoggedEvent event, int number) {
        return event.event().kind() == Kind.XID && event.event().code().equals(OptionalInt.of(number));
    }

    private static int bursts(List<LoggedEvent> events) {
        int bursts = 0;
        Optional<Instant> begun = Optional.empty();
        for (LoggedEvent event : events) {
            boolean same = bursts > 0
                    && (event.at().isEmpty()
                            || begun.isEmpty()
                            || Duration.between(begun.get(), event.at().get()).compareTo(BURST) <= 0);
            if (!same) {
                bursts++;
                begun = event.at();
            }
        }
        return bursts;
    }
}
