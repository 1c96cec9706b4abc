package dev.gpudiag.agent.host.process;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.agent.host.kubelet.DeviceCheckpoint;
import dev.gpudiag.telemetry.Gap;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.Reading;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The processes of a host that hold a GPU: NVML lists them, or they have one of its device nodes open.
 *
 * <p>Always comes back in time: a process that does not let itself be read costs a thread. Holds nothing of a look but
 * which processes hang. One caller at a time.
 */
public final class HostProcesses {

    private static final Pattern BOOT = Pattern.compile("^btime (\\d{1,12})$", Pattern.MULTILINE);
    private static final int STAT_LIMIT = 1024 * 1024;

    private final HostRoot root;
    private final InstantSource clock;
    private final GuardedReader reader;
    private DeviceScan scan;

    public HostProcesses(HostRoot root, InstantSource clock) {
        this.root = root;
        this.clock = clock;
        this.reader = new GuardedReader(root);
    }

    /** Begins to look for open devices, so that this goes on while the driver is asked. */
    public void begin() {
        begin(new DeviceScan(
                        root, root.isThisMachine() ? ProcessHandle.current().pid() : 0)
                .start());
    }

    /** The next look takes what {@code begun} finds. */
    void begin(DeviceScan begun) {
        scan = begun;
    }

    /**
     * The processes that hold a GPU now.
     *
     * @param listed the pids that NVML lists
     * @param within the time that this may take; what was not read by then says so
     */
    public HostSample look(Set<Long> listed, Duration within) {
        long until = System.nanoTime() + within.toNanos();
        if (scan == null) {
            begin();
        }
        Instant now = clock.instant();
        Set<Long> pids = new TreeSet<>(scan.holders(until - within.toNanos() / 2));
        pids.addAll(listed);
        List<Gap> gaps = new ArrayList<>();
        scan.gap().ifPresent(gaps::add);
        Optional<IOException> failure = scan.failure();
        boolean nobodyYet = pids.isEmpty() && !scan.isComplete();
        scan = null;
        if (failure.isPresent()) {
            return sample(HostRoot.missing("/proc", failure.get()), gaps, now);
        }
        if (nobodyYet) {
            String late = "the processes were not read in time";
            return sample(Reading.missing(Reading.Reason.TIMED_OUT, "/proc", late), gaps, now);
        }
        GuardedReader.Result result = reader.read(List.copyOf(pids), until);
        Set<Long> seen = result.holders().stream().map(GpuHolder::pid).collect(Collectors.toSet());
        boolean unknown = !seen.containsAll(listed);
        PidNamespace.gap(root, unknown).ifPresent(gaps::add);
        gaps.addAll(result.gaps());
        return sample(Reading.of(result.holders(), "/proc"), gaps, now);
    }

    /** One process, whether it holds a GPU or not, for a question about that process alone; empty where there is none. */
    public Optional<GpuHolder> process(long pid, Duration within) {
        return reader.read(List.of(pid), System.nanoTime() + within.toNanos()).holders().stream()
                .findFirst();
    }

    private HostSample sample(Reading<List<GpuHolder>> holders, List<Gap> gaps, Instant now) {
        return new HostSample(holders, new DeviceCheckpoint(root).read(), gaps, Optional.of(now), bootedAt());
    }

    private Optional<Instant> bootedAt() {
        try (InputStream in = root.open("/proc/stat")) {
            Matcher boot = BOOT.matcher(new String(in.readNBytes(STAT_LIMIT), StandardCharsets.UTF_8));
            return boot.find() ? Optional.of(Instant.ofEpochSecond(Long.parseLong(boot.group(1)))) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
