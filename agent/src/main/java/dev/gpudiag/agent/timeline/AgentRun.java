package dev.gpudiag.agent.timeline;

import dev.gpudiag.agent.state.StateFile;
import dev.gpudiag.agent.state.StateFormatException;
import dev.gpudiag.agent.state.StateWriter;
import dev.gpudiag.checks.Status;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Tells the start and the end of the agent, and at the next start that it was killed or crashed; keeps what it followed.
 *
 * <p>To be called on the thread that samples, but for {@link #end}.
 */
public final class AgentRun {

    private static final String STORE = "agent";
    private static final String FILE = "agent.json";
    private static final int SIZE_LIMIT = 8 * 1024 * 1024;
    private static final Duration INTERVAL = Duration.ofSeconds(55);

    /** An agent that dies again and again must not push out what is told of the node. */
    private static final int STARTS_AN_HOUR = 40;

    private static final System.Logger LOG = System.getLogger("gpudiag.timeline");

    private final StateFile file;
    private final Timeline timeline;
    private final TimelineRecorder recorder;
    private final StateWriter writer;
    private final String version;
    private final Optional<String> boot;
    private final List<String> calls;
    private Optional<Died> died = Optional.empty();
    private Instant startedAt = Instant.MIN;
    private Instant savedAt = Instant.MIN;

    /**
     * The run of an agent that has not begun.
     *
     * @param version of gpudiag
     * @param boot the kernel's boot, where it is known
     * @param calls into the driver that the run before was in when it ended
     */
    public AgentRun(
            Path stateDirectory,
            Timeline timeline,
            TimelineRecorder recorder,
            StateWriter writer,
            String version,
            Optional<String> boot,
            List<String> calls) {
        this.file = new StateFile(stateDirectory.resolve(FILE), SIZE_LIMIT);
        this.timeline = timeline;
        this.recorder = recorder;
        this.writer = writer;
        this.version = version;
        this.boot = boot;
        this.calls = List.copyOf(calls);
    }

    /** That the run before ended without being asked to, while the node ran on. */
    public record Died(Instant at, String text) {}

    /** How the run before ended, where that was not as it should be; known after {@link #begin}. */
    public Optional<Died> died() {
        return died;
    }

    /** Tells how the run before ended, and goes on with what it followed. */
    public void begin(Instant now) {
        startedAt = now;
        Optional<AgentRecord> before = before();
        before.ifPresent(last -> goOn(last, now));
        add(TimelineEvent.of(now, TimelineEvent.Kind.AGENT, "started", Status.INFO, "gpudiag " + version + " started"));
        save(now, Optional.empty());
    }

    private Optional<AgentRecord> before() {
        try {
            return Optional.of(AgentRecord.parse(file.read()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (StateFormatException e) {
            String kept;
            try {
                kept = "it is kept as " + file.setAside(e).orElse(file.path());
            } catch (IOException failure) {
                kept = file.reason(failure);
            }
            LOG.log(System.Logger.Level.WARNING, "the run before is not known: {0}; {1}", file.reason(e), kept);
            return Optional.empty();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the run before is not known: {0}", file.reason(e));
            return Optional.empty();
        }
    }

    private void goOn(AgentRecord last, Instant now) {
        boolean rebooted = boot.isPresent() && last.boot().isPresent() && !boot.equals(last.boot());
        if (last.endedAt().isEmpty()) {
            Instant at = last.aliveAt().isAfter(now) ? now : last.aliveAt();
            String text = "gpudiag " + last.version() + " (pid " + last.pid() + ") ended without being asked to, after "
                    + last.aliveAt().truncatedTo(ChronoUnit.SECONDS)
                    + (rebooted ? "; the node was restarted since" : ": it was killed, or crashed")
                    + (rebooted || calls.isEmpty() ? "" : ", in " + String.join(", ", calls));
            add(TimelineEvent.of(at, TimelineEvent.Kind.AGENT, "died", rebooted ? Status.INFO : Status.WARNING, text));
            died = Optional.of(new Died(at, text)).filter(told -> !rebooted);
            died.ifPresent(told -> LOG.log(System.Logger.Level.WARNING, told.text()));
        }
        if (rebooted) {
            last.processes().forEach(process -> timeline.add(lost(process)));
        } else {
            recorder.resume(last.processes());
        }
    }

    private static TimelineEvent lost(FollowedProcess process) {
        return TimelineEvent.of(
                        process.lastSeen(),
                        TimelineEvent.Kind.PROCESS,
                        "ended",
                        Status.INFO,
                        process.process().describe() + " was seen for the last time: the node was restarted")
                .onGpu(Optional.of(process.gpu()))
                .ofProcess(Optional.of(process.process()));
    }

    private void add(TimelineEvent event) {
        Instant hourAgo = event.at().minus(Duration.ofHours(1));
        List<TimelineEvent> recent = timeline.recent();
        long starts = recent.stream()
                .filter(told -> told.kind() == TimelineEvent.Kind.AGENT)
                .filter(told -> told.at().isAfter(hourAgo))
                .count();
        if (starts < STARTS_AN_HOUR) {
            timeline.add(event);
        }
    }

    /** Says that the agent lives, where a minute is nearly over. */
    public void see(Instant now) {
        if (!now.isBefore(savedAt.plus(INTERVAL)) || now.isBefore(savedAt)) {
            save(now, Optional.empty());
        }
    }

    /** Says that the agent ends as it should; nothing may be sampled any more. */
    public void end(Instant now) {
        add(TimelineEvent.of(now, TimelineEvent.Kind.AGENT, "stopped", Status.INFO, "gpudiag " + version + " stopped"));
        save(now, Optional.of(now));
    }

    private void save(Instant now, Optional<Instant> ended) {
        savedAt = now;
        byte[] bytes = new AgentRecord(
                        version, ProcessHandle.current().pid(), boot, startedAt, now, ended, recorder.followed())
                .format();
        writer.submit(STORE, () -> {
            try {
                file.write(bytes);
            } catch (IOException e) {
                throw new IOException(file.reason(e), e);
            }
        });
    }
}
