package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.config.AgentSettings;
import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.agent.sampling.CallTrace;
import dev.gpudiag.agent.state.BaselineKeeper;
import dev.gpudiag.agent.state.BaselineStore;
import dev.gpudiag.agent.state.CallFile;
import dev.gpudiag.agent.state.GrowthKeeper;
import dev.gpudiag.agent.state.GrowthStore;
import dev.gpudiag.agent.state.KernelEventStore;
import dev.gpudiag.agent.state.StateHealth;
import dev.gpudiag.agent.state.StateLock;
import dev.gpudiag.agent.state.StateWriter;
import dev.gpudiag.agent.timeline.AgentRun;
import dev.gpudiag.agent.timeline.Timeline;
import dev.gpudiag.agent.timeline.TimelineRecorder;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.telemetry.Reading;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * All that the agent keeps: the timeline, and on a live node the files of the state directory.
 *
 * <p>A simulated or replayed node keeps nothing on disk. So does an agent whose state directory another one uses.
 */
final class KeptState {

    private static final String BOOT_ID = "/proc/sys/kernel/random/boot_id";

    private final StateHealth health;
    private final StateWriter writer;
    private final Optional<Path> directory;
    private final Timeline timeline;
    private final TimelineRecorder recorder;
    private final Optional<CallFile> calls;
    private final Optional<AgentRun> run;
    private final Optional<BaselineKeeper> baseline;
    private Optional<GrowthKeeper> growth = Optional.empty();

    /** Held for as long as the agent runs. */
    private final Optional<StateLock> lock;

    private KeptState(
            StateHealth health, Optional<Path> directory, Optional<StateLock> lock, Duration kept, AgentStart start) {
        this.health = health;
        this.directory = directory;
        this.lock = lock;
        writer = new StateWriter(health);
        timeline = directory
                .map(folder -> Timeline.in(folder, kept, InstantSource.system(), writer))
                .orElseGet(() -> Timeline.inMemory(InstantSource.system(), kept));
        recorder = new TimelineRecorder(timeline, kept);
        calls = directory.flatMap(this::calls);
        List<String> before = calls.map(CallFile::before).orElse(List.of());
        run = directory.map(
                folder -> new AgentRun(folder, timeline, recorder, writer, start.version(), start.boot(), before));
        baseline = directory.map(folder -> new BaselineKeeper(new BaselineStore(folder), writer));
    }

    private record AgentStart(String version, Optional<String> boot) {}

    /** Opens what the settings ask for; nothing on disk for what is not this machine. */
    static KeptState open(SourceOptions source, Settings settings, String version) {
        StateHealth health = new StateHealth();
        Optional<Path> wanted =
                settings.get(AgentSettings.STATE_DIRECTORY).filter(folder -> source instanceof SourceOptions.Live);
        Optional<StateLock.Outcome> outcome = wanted.map(StateLock::take);
        outcome.flatMap(StateLock.Outcome::problem).ifPresent(problem -> health.failed("state", problem));
        boolean isOthers = outcome.filter(StateLock.Outcome::isTaken).isPresent();
        return new KeptState(
                health,
                wanted.filter(folder -> !isOthers),
                outcome.flatMap(StateLock.Outcome::lock),
                settings.get(AgentSettings.TIMELINE_KEEP),
                new AgentStart(version, boot(source, settings)));
    }

    private static Optional<String> boot(SourceOptions source, Settings settings) {
        Path root = source instanceof SourceOptions.Live live ? ProductSources.hostRoot(live, settings) : Path.of("/");
        return new HostRoot(root).readLine(BOOT_ID).value();
    }

    private Optional<CallFile> calls(Path folder) {
        try {
            return Optional.of(CallFile.open(folder));
        } catch (IOException e) {
            health.failed("calls", "a crash in a call into the driver could not be told: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Is told of each call into the driver, so that one that kills the agent is named at the next start. */
    CallTrace trace() {
        if (calls.isEmpty()) {
            return CallTrace.NONE;
        }
        CallFile file = calls.get();
        return new CallTrace() {
            @Override
            public void entered(int gpu, String function) {
                file.entered(gpu, function);
            }

            @Override
            public void left(int gpu) {
                file.left(gpu);
            }
        };
    }

    /** How the agent before this one ended, where that was not as it should be; known after {@link #begin}. */
    Optional<AgentRun.Died> died() {
        return run.flatMap(AgentRun::died);
    }

    /** Whoever has an event to tell adds it here. */
    Timeline timeline() {
        return timeline;
    }

    StateHealth health() {
        return health;
    }

    /** Which parts of it cannot be saved, a sentence each. */
    List<String> problems() {
        return health.stores().entrySet().stream()
                .filter(store -> !store.getValue().isEmpty())
                .map(store -> store.getKey() + " not saved: " + store.getValue())
                .sorted()
                .toList();
    }

    /** What keeps the events of the kernel log. */
    Optional<Consumer<KernelLog>> kernelEvents() {
        return directory.map(folder -> new KernelEventStore(folder).savedBy(writer));
    }

    /** Goes on with the growth that an earlier agent has followed; messages for the user. */
    List<String> load(MemoryGrowth into) {
        Optional<GrowthStore> store = directory.map(GrowthStore::new);
        List<String> messages =
                store.flatMap(file -> file.load(into, Instant.now())).stream().toList();
        growth = store.map(file -> new GrowthKeeper(file, into, writer));
        return messages;
    }

    /** Tells the start; before the first sample, so that one that kills the agent is noticed at the next start. */
    void begin() {
        run.ifPresent(started -> started.begin(Instant.now()));
    }

    /** Records what a round has brought, and saves what is due; on the thread that samples. */
    void see(Report report, Reading<KernelLog> log) {
        Instant now = report.sample().takenAt();
        recorder.see(report, log);
        baseline.ifPresent(keeper -> keeper.see(report));
        growth.ifPresent(keeper -> keeper.see(now));
        run.ifPresent(living -> living.see(now));
    }

    /** Saves a last time; nothing may be sampled any more. */
    void end(Instant now) {
        growth.ifPresent(keeper -> keeper.end(now));
        run.ifPresent(living -> living.end(now));
        calls.ifPresent(this::close);
        writer.close();
        lock.ifPresent(StateLock::close);
    }

    private void close(CallFile file) {
        try {
            file.close();
        } catch (IOException e) {
            health.failed("calls", e.getMessage());
        }
    }
}
