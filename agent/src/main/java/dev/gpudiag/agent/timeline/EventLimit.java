package dev.gpudiag.agent.timeline;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps one thing that goes wrong all the time from pushing out everything else: after {@link #BURST} events about it, one
 * a minute is recorded, which says how many were not.
 *
 * <p>Not thread-safe.
 */
final class EventLimit {

    /** Events about one thing that are recorded without a pause. */
    static final int BURST = 60;

    private static final Duration REFILL = Duration.ofMinutes(1);
    private static final int THINGS = 1000;

    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

    /** What is left of a thing's share, and how many of its events were left out. */
    private record Bucket(double tokens, Instant at, int omitted) {}

    /** The event as it is to be recorded; empty where it is one too many. */
    Optional<TimelineEvent> admit(TimelineEvent event, Instant now) {
        String thing = thing(event);
        Bucket bucket = buckets.getOrDefault(thing, new Bucket(BURST, now, 0));
        double refilled = Math.max(0, Duration.between(bucket.at(), now).toMillis()) / (double) REFILL.toMillis();
        double tokens = Math.min(BURST, bucket.tokens() + refilled);
        boolean admitted = tokens >= 1;
        buckets.put(thing, admitted ? new Bucket(tokens - 1, now, 0) : new Bucket(tokens, now, bucket.omitted() + 1));
        if (buckets.size() > THINGS) {
            buckets.remove(buckets.keySet().iterator().next());
        }
        if (!admitted) {
            return Optional.empty();
        }
        return Optional.of(
                bucket.omitted() == 0
                        ? event
                        : event.withText(event.text() + " (" + bucket.omitted() + " such events before it left out)"));
    }

    /** A workload or program, a check, the Xids of a GPU with one number. */
    private static String thing(TimelineEvent event) {
        String who = event.process()
                .map(process -> process.workload()
                        .map(workload -> workload.kind() + workload.name())
                        .or(process::name)
                        .orElse(""))
                .orElse("");
        String where = event.kind() == TimelineEvent.Kind.PROCESS
                ? event.gpu().map(gpu -> gpu.key()).orElse("")
                : event.gpu().map(gpu -> gpu.key()).orElse("") + event.subject().orElse("");
        return event.kind() + " " + who + " " + where;
    }
}
