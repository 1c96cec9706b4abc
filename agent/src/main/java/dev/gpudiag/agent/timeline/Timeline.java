package dev.gpudiag.agent.timeline;

import dev.gpudiag.agent.state.StateFile;
import dev.gpudiag.agent.state.StateWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The events of a node: the newest {@value #MEMORY} in memory, all that its files hold on disk.
 *
 * <p>Thread-safe: anybody may add, anybody may ask; the disk is written by the {@link StateWriter}'s thread and read by who
 * asks for what memory no longer holds.
 */
public final class Timeline implements EventSource {

    /** Events in memory; one takes about a kilobyte. */
    public static final int MEMORY = 2000;

    /** Most bytes that the files take. */
    public static final long DISK_BYTES = (long) EventLog.SEGMENT_BYTES * EventLog.SEGMENTS;

    private static final String STORE = "timeline";
    private static final String DIRECTORY = "timeline";
    private static final Duration FORGET_EVERY = Duration.ofHours(1);
    private static final System.Logger LOG = System.getLogger("gpudiag.timeline");

    private final Optional<EventLog> log;
    private final Optional<StateWriter> writer;
    private final Duration kept;
    private final InstantSource clock;
    private final Deque<TimelineEvent> memory = new ArrayDeque<>();
    private long lastId;
    private long savedId;
    private Optional<Instant> newestForgotten = Optional.empty();
    private Instant forgottenAt = Instant.MIN;

    private Timeline(Optional<EventLog> log, Optional<StateWriter> writer, Duration kept, InstantSource clock) {
        this.log = log;
        this.writer = writer;
        this.kept = kept;
        this.clock = clock;
    }

    /** One that is forgotten with the process. */
    public static Timeline inMemory(InstantSource clock, Duration kept) {
        return new Timeline(Optional.empty(), Optional.empty(), kept, clock);
    }

    /** One that goes on with the files under {@code stateDirectory}, of which this process is the only writer. */
    public static Timeline in(Path stateDirectory, Duration kept, InstantSource clock, StateWriter writer) {
        EventLog log = new EventLog(stateDirectory.resolve(DIRECTORY));
        Timeline timeline = new Timeline(Optional.of(log), Optional.of(writer), kept, clock);
        try {
            timeline.load(log);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "events of before are not known: {0}", reason(stateDirectory, e));
        }
        return timeline;
    }

    /** Reads the files that an agent keeps under {@code stateDirectory}, also while it writes. */
    public static EventSource reader(Path stateDirectory) {
        Path directory = stateDirectory.resolve(DIRECTORY);
        EventLog log = new EventLog(directory);
        return query -> {
            if (!Files.exists(directory)) {
                throw new IOException("no agent has kept one in " + directory + " (gpudiag serve does)");
            }
            EventPage.Collector found = new EventPage.Collector(query);
            try {
                return found.page(log.read(found::offer).damaged());
            } catch (IOException e) {
                throw new IOException(reason(stateDirectory, e), e);
            }
        };
    }

    private static String reason(Path stateDirectory, IOException e) {
        return StateFile.reason(stateDirectory.resolve(DIRECTORY), e);
    }

    private void load(EventLog files) throws IOException {
        int aside = files.setNewerAside();
        if (aside > 0) {
            LOG.log(System.Logger.Level.WARNING, "{0} files of events are of a newer gpudiag and set aside", aside);
        }
        EventLog.Read read = files.read(this::remember);
        savedId = lastId;
        if (read.damaged() > 0) {
            LOG.log(System.Logger.Level.WARNING, "{0} damaged events are left out", read.damaged());
        }
    }

    private synchronized void remember(TimelineEvent event) {
        lastId = Math.max(lastId, event.id());
        memory.addLast(event);
        if (memory.size() > MEMORY) {
            Instant at = memory.removeFirst().at();
            newestForgotten = newestForgotten.filter(at::isBefore).or(() -> Optional.of(at));
        }
    }

    /** Records an event; never waits for the disk. */
    public void add(TimelineEvent event) {
        synchronized (this) {
            remember(event.withId(lastId + 1));
        }
        writer.ifPresent(saver -> saver.submit(STORE, this::save));
    }

    private void save() throws IOException {
        EventLog files = log.orElseThrow();
        try {
            List<TimelineEvent> unsaved = unsaved();
            if (!unsaved.isEmpty()) {
                files.append(unsaved, this::saved);
            }
            Instant now = clock.instant();
            if (forgottenAt.isBefore(now.minus(FORGET_EVERY))) {
                forgottenAt = now;
                files.forgetBefore(now.minus(kept));
            }
        } catch (IOException e) {
            throw new IOException(StateFile.reason(Path.of(DIRECTORY), e), e);
        }
    }

    private synchronized List<TimelineEvent> unsaved() {
        List<TimelineEvent> unsaved = new ArrayList<>();
        for (TimelineEvent event : memory) {
            if (event.id() > savedId) {
                unsaved.add(event);
            }
        }
        return unsaved;
    }

    private synchronized void saved(long id) {
        savedId = id;
    }

    /** The newest events in the order in which they were recorded. */
    synchronized List<TimelineEvent> recent() {
        return List.copyOf(memory);
    }

    @Override
    public EventPage events(EventQuery query) throws IOException {
        EventPage.Collector found = new EventPage.Collector(oldestAllowed(query));
        List<TimelineEvent> recent = recent();
        long firstInMemory =
                recent.isEmpty() ? Long.MAX_VALUE : recent.getFirst().id();
        int damaged = 0;
        if (log.isPresent() && !isInMemory(query)) {
            damaged = log.get()
                    .read(event -> {
                        if (event.id() < firstInMemory) {
                            found.offer(event);
                        }
                    })
                    .damaged();
        }
        recent.forEach(found::offer);
        return found.page(damaged);
    }

    /** Files hold whole days: what is in them and older than what is kept is not shown. */
    private EventQuery oldestAllowed(EventQuery query) {
        Instant oldest = clock.instant().minus(kept);
        Optional<Instant> since = query.since().filter(oldest::isBefore).or(() -> Optional.of(oldest));
        return new EventQuery(since, query.until(), query.gpu(), query.kinds(), query.limit());
    }

    private synchronized boolean isInMemory(EventQuery query) {
        return newestForgotten.isEmpty()
                || query.since().filter(newestForgotten.get()::isBefore).isPresent();
    }
}
