package dev.gpudiag.checks.memory;

import dev.gpudiag.checks.Amounts;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * Whether one series of used memory grows as a leak does.
 *
 * <p>One detector per process, MIG instance or workload; who is who (GPU, instance, pid, start time, boot) is the
 * caller's. Samples come in time order, every second to every five minutes, with gaps; a clock that is set back does not
 * lose what is known. The level is judged once per five minutes. A detector takes about {@link #stateBytes()}. Not
 * thread-safe.
 */
public final class GrowthDetector {

    /** Events that are remembered. */
    public static final int EVENTS = 32;

    private static final int MAGIC = 0x6770_6731;
    private static final int HEADER_BYTES = 192;
    private static final int EVENT_BYTES = Long.BYTES + 1;
    private static final int HOLD = 3;

    /** An hour without a leak after one was cleared: its last blocks still rise where a sawtooth let it be cleared early. */
    private static final int REST_BUCKETS = FloorTrack.PER_HOUR;

    /** Three hours: the longest rhythm of growth that is watched, and how long the last one is remembered. */
    private static final int WATCH_BUCKETS = 3 * FloorTrack.PER_HOUR;

    private static final long FAR_MILLIS = 1L << 48;

    private final GrowthOptions options;
    private final FloorTrack floors;
    private final GrowthSearch search;
    private final Deque<GrowthEvent> events = new ArrayDeque<>();

    private long firstMillis = -1;
    private long lastMillis = -1;
    private long clockOffset;
    private GrowthLevel level = GrowthLevel.NONE;
    private GrowthLevel claimed = GrowthLevel.NONE;
    private int held;
    private int watchBuckets = WATCH_BUCKETS;
    private long clearedIn;
    private GrowthSegment segment;

    public GrowthDetector(GrowthOptions options) {
        this(options, new FloorTrack());
    }

    private GrowthDetector(GrowthOptions options, FloorTrack floors) {
        this.options = options;
        this.floors = floors;
        search = new GrowthSearch(floors, options);
    }

    /** One sample: the used memory at a time. */
    public void add(Instant at, long usedBytes) {
        if (usedBytes < 0) {
            throw new IllegalArgumentException("a value that was not read is no sample: " + usedBytes);
        }
        long millis = steady(at.toEpochMilli());
        long bucket = bucket(millis);
        if (!floors.isEmpty() && bucket > floors.newest()) {
            judge(floors.newest());
        }
        floors.add(bucket, usedBytes);
        lastMillis = millis;
        if (firstMillis < 0) {
            firstMillis = millis;
        }
    }

    /** The level alone, which costs nothing. */
    public GrowthLevel level() {
        return level;
    }

    public GrowthVerdict verdict() {
        boolean grows = level != GrowthLevel.NONE;
        Optional<GrowthEvent> raised = grows ? Optional.of(events.getLast()) : Optional.empty();
        return new GrowthVerdict(
                level,
                grows ? segment.shape() : GrowthShape.NONE,
                raised.map(GrowthEvent::at),
                grows ? Optional.of(instant(segment.from())) : Optional.empty(),
                grows ? Optional.of(segment.slope()) : Optional.empty(),
                why(),
                List.copyOf(events));
    }

    /** Bytes that this detector keeps, give or take the headers of a dozen objects. */
    public int stateBytes() {
        return FloorTrack.BYTES + HEADER_BYTES + EVENTS * EVENT_BYTES;
    }

    /** Everything that is known, for a file that survives the agent. */
    public byte[] serialize() {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + floors.writtenBytes() + events.size() * EVENT_BYTES);
        out.putInt(MAGIC).putLong(firstMillis).putLong(lastMillis).putLong(clockOffset);
        out.putInt(watchBuckets).putLong(clearedIn);
        out.put((byte) level.code()).put((byte) claimed.code()).put((byte) held);
        out.put((byte) events.size());
        for (GrowthEvent event : events) {
            out.putLong(event.at().toEpochMilli()).put((byte) event.level().code());
        }
        out.put((byte) (segment == null ? 0 : 1));
        if (segment != null) {
            segment.write(out);
        }
        floors.write(out);
        CRC32 sum = new CRC32();
        sum.update(out.array(), 0, out.position());
        out.putLong(sum.getValue());
        byte[] state = new byte[out.position()];
        out.flip().get(state);
        return state;
    }

    /**
     * A detector that goes on where {@link #serialize()} left it.
     *
     * @throws IllegalArgumentException where this is not such a state, whole and unchanged
     */
    public static GrowthDetector restore(GrowthOptions options, byte[] state) {
        if (state.length < Long.BYTES) {
            throw new IllegalArgumentException("not the state of a growth detector: too short");
        }
        CRC32 sum = new CRC32();
        sum.update(state, 0, state.length - Long.BYTES);
        ByteBuffer in = ByteBuffer.wrap(state);
        if (in.getInt(0) != MAGIC || in.getLong(state.length - Long.BYTES) != sum.getValue()) {
            throw new IllegalArgumentException("not the state of a growth detector: foreign or damaged");
        }
        try {
            return read(options, in.position(Integer.BYTES));
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("not the state of a growth detector: truncated", e);
        }
    }

    private static GrowthDetector read(GrowthOptions options, ByteBuffer in) {
        long first = in.getLong();
        long last = in.getLong();
        long offset = in.getLong();
        int watchBuckets = in.getInt();
        long clearedIn = in.getLong();
        GrowthLevel level = GrowthLevel.ofCode(in.get());
        GrowthLevel claimed = GrowthLevel.ofCode(in.get());
        int held = in.get();
        Deque<GrowthEvent> events = new ArrayDeque<>();
        for (int left = in.get(); left > 0; left--) {
            events.add(new GrowthEvent(Instant.ofEpochMilli(in.getLong()), GrowthLevel.ofCode(in.get())));
        }
        GrowthSegment segment = in.get() == 0 ? null : GrowthSegment.read(in);
        if ((level != GrowthLevel.NONE && (segment == null || events.isEmpty()))
                || watchBuckets < 1
                || watchBuckets > WATCH_BUCKETS
                || Math.max(Math.abs(first), Math.max(Math.abs(last), Math.abs(offset))) > FAR_MILLIS) {
            throw new IllegalArgumentException("not the state of a growth detector: figures out of range");
        }
        GrowthDetector detector = new GrowthDetector(options, FloorTrack.read(in));
        detector.firstMillis = first;
        detector.lastMillis = last;
        detector.clockOffset = offset;
        detector.watchBuckets = watchBuckets;
        detector.clearedIn = clearedIn;
        detector.claimed = claimed;
        detector.held = held;
        detector.events.addAll(events);
        detector.level = level;
        detector.segment = segment;
        return detector;
    }

    /** The same detector, which goes on with other options: more is known of its process. */
    public GrowthDetector with(GrowthOptions known) {
        return restore(known, serialize());
    }

    /** Time that does not go back when the clock does; a sample that is late by less than a bucket is taken as new. */
    private long steady(long clockMillis) {
        long millis = clockMillis + clockOffset;
        if (lastMillis >= 0 && millis < lastMillis) {
            if (lastMillis - millis > FloorTrack.BUCKET_SECONDS * 1000L) {
                clockOffset += lastMillis - millis;
            }
            return lastMillis;
        }
        return millis;
    }

    private void judge(long last) {
        Optional<GrowthSegment> found = search.search(usableFrom(), last);
        if (last - clearedIn > WATCH_BUCKETS && level == GrowthLevel.NONE) {
            watchBuckets = WATCH_BUCKETS;
        }
        found.ifPresent(growth -> watchBuckets = Math.min(watchBuckets, growth.rhythmBuckets()));
        found = found.filter(growth -> search.goesOn(growth.line(), watchBuckets, last));
        GrowthLevel claim = found.map(GrowthSegment::level).orElse(GrowthLevel.NONE);
        held = claim.compareTo(level) > 0 && claim.compareTo(claimed) >= 0 ? held + 1 : 0;
        claimed = claim;
        if (found.isPresent() && (segment == null || claim.compareTo(level) >= 0)) {
            segment = found.get();
        }
        if (held >= HOLD && !(claim.compareTo(GrowthLevel.LIKELY) >= 0 && rests(last))) {
            change(claim, last);
            held = 0;
        } else if (level != GrowthLevel.NONE && !search.goesOn(segment.line(), watchBuckets, last)) {
            change(GrowthLevel.NONE, last);
            clearedIn = last;
            segment = null;
        }
    }

    /** Whether a leak was cleared not long ago; a suspicion may have come since. */
    private boolean rests(long last) {
        return last - clearedIn < REST_BUCKETS
                && events.stream()
                        .skip(Math.max(0, events.size() - 3))
                        .anyMatch(event -> event.level().compareTo(GrowthLevel.LIKELY) >= 0);
    }

    private void change(GrowthLevel next, long bucket) {
        level = next;
        if (events.size() == EVENTS) {
            events.removeFirst();
        }
        events.add(new GrowthEvent(instant(bucket + 1), next));
    }

    /** A process does not begin after it was seen first: a clock was set, and its start is then as good as not known. */
    private long usableFrom() {
        long start = options.startedAt().map(Instant::toEpochMilli).orElse(firstMillis);
        long warm = Math.min(start, firstMillis) + options.warmUp().toMillis();
        return bucket(Math.max(warm, firstMillis) - 1) + 1;
    }

    private String why() {
        if (level == GrowthLevel.NONE) {
            return claimed == GrowthLevel.NONE
                    ? "no growth that goes on and goes beyond what was reached before"
                    : "growth that has just begun to show";
        }
        return String.format(
                Locale.ROOT,
                "%s: %s in %.1f h, in steps that never fell back, %s",
                segment.shape().text(),
                Amounts.bytes(segment.line().gained()),
                segment.hours(),
                segment.steady() ? "straighter than a daily load" : "unlike a daily load");
    }

    private Instant instant(long bucket) {
        return Instant.ofEpochMilli(bucket * FloorTrack.BUCKET_SECONDS * 1000L - clockOffset);
    }

    private static long bucket(long millis) {
        return Math.floorDiv(millis, FloorTrack.BUCKET_SECONDS * 1000L);
    }
}
