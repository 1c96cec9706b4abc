package dev.gpudiag.agent.host.process;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.telemetry.Gap;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.ProcessCuda;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Workload;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads what is known of one process that holds a GPU, in two steps: what the kernel says at once, and what waits for the
 * process's memory map or its file systems, and may never come. Not thread-safe; lives for one look.
 */
final class HolderReader {

    private static final int NAME_LIMIT = 256;

    private final HostRoot root;
    private final Consumer<String> enter;
    private final CudaReader cuda;
    private final UserNames users;
    private final Workloads workloads;

    /** @param enter is told of each file before it is read, where reading it may not return */
    HolderReader(HostRoot root, Consumer<String> enter) {
        this.root = root;
        this.enter = enter;
        this.cuda = new CudaReader(enter);
        this.users = new UserNames(root);
        this.workloads = new Workloads(root);
    }

    /** What kept names of workloads from being found. */
    List<Gap> gaps() {
        return workloads.gaps();
    }

    /** What the kernel tells of any process at once, command line and CUDA excepted; empty where there is no such process. */
    Optional<GpuHolder> basics(long pid) {
        enter.accept("/proc/" + pid);
        try {
            ProcessDirectory process = ProcessDirectory.of(root, pid);
            Reading<ProcessStat> stat = stat(process);
            Reading<String> user = users.owner(process);
            return Optional.of(new GpuHolder(
                    pid,
                    stat.map(ProcessStat::startTicks),
                    stat.map(ProcessStat::state),
                    command(process),
                    Reading.notRead("not read yet"),
                    user,
                    OpenDevices.read(process),
                    DeviceRules.access(root, process),
                    workloads.of(process, user, Map.of()),
                    Reading.notRead("not read yet")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The process with its command line and its CUDA; one that ended meanwhile, or whose pid is another's now, says so. */
    GpuHolder details(GpuHolder basics) {
        try {
            ProcessDirectory process = ProcessDirectory.of(root, basics.pid());
            if (basics.state().value().filter("Z"::equals).isPresent()) {
                return with(
                        basics,
                        basics.workload(),
                        Reading.missing(
                                Reason.FAILED,
                                process.path(ProcessStat.FILE),
                                "it is dead and waits for its parent (zombie)"));
            }
            Reading<Map<String, String>> environment = cuda.environment(process);
            Reading<String> commandLine = commandLine(process);
            enter.accept(process.path(Workloads.FILE));
            Reading<Workload> workload =
                    workloads.of(process, basics.user(), environment.value().orElse(Map.of()));
            ProcessCuda found = cuda.read(process, environment, workloads.record(process));
            Reading<Long> start = stat(process).map(ProcessStat::startTicks);
            return start.value().equals(basics.startTicks().value())
                    ? with(basics, commandLine, workload, Reading.of(found, "/proc/" + basics.pid()))
                    : ended(basics);
        } catch (IOException e) {
            return ended(basics);
        }
    }

    private static GpuHolder ended(GpuHolder basics) {
        return with(
                basics,
                basics.workload(),
                Reading.missing(
                        Reason.FAILED,
                        "/proc/" + basics.pid(),
                        "process " + basics.pid() + " ended while it was read"));
    }

    private static Reading<ProcessStat> stat(ProcessDirectory process) {
        String source = process.path(ProcessStat.FILE);
        try {
            return ProcessStat.parse(process.text(ProcessStat.FILE, ProcessStat.LIMIT))
                    .<Reading<ProcessStat>>map(stat -> Reading.of(stat, source))
                    .orElse(Reading.missing(Reason.FAILED, source, "not a line of the kernel's form"));
        } catch (IOException e) {
            return process.missing(ProcessStat.FILE, e);
        }
    }

    private static Reading<String> command(ProcessDirectory process) {
        try {
            return Reading.of(process.text("comm", NAME_LIMIT).strip(), process.path("comm"));
        } catch (IOException e) {
            return process.missing("comm", e);
        }
    }

    private Reading<String> commandLine(ProcessDirectory process) {
        enter.accept(process.path(CommandLine.FILE));
        try {
            String shown = CommandLine.shown(process.bytes(CommandLine.FILE, CommandLine.LIMIT));
            return shown.isEmpty()
                    ? Reading.missing(Reason.NOT_SUPPORTED, process.path(CommandLine.FILE), "it has none")
                    : Reading.of(shown, process.path(CommandLine.FILE));
        } catch (IOException e) {
            return process.missing(CommandLine.FILE, e);
        }
    }

    /** The process with what was found in the second step. */
    private static GpuHolder with(
            GpuHolder basics, Reading<String> commandLine, Reading<Workload> workload, Reading<ProcessCuda> cuda) {
        return new GpuHolder(
                basics.pid(),
                basics.startTicks(),
                basics.state(),
                basics.command(),
                commandLine,
                basics.user(),
                basics.openDevices(),
                basics.deviceAccess(),
                workload,
                cuda);
    }

    /** The process without its command line and CUDA, for a reason. */
    static GpuHolder with(GpuHolder basics, Reading<Workload> workload, Reading<ProcessCuda> missing) {
        return with(basics, never(missing), workload, missing);
    }

    /** A process of which nothing can be read, and why. */
    static GpuHolder without(long pid, Reading<?> missing) {
        return new GpuHolder(
                pid,
                never(missing),
                never(missing),
                never(missing),
                never(missing),
                never(missing),
                never(missing),
                never(missing),
                never(missing),
                never(missing));
    }

    private static <T> Reading<T> never(Reading<?> missing) {
        return missing.map(value -> {
            throw new IllegalArgumentException("has a value: " + value);
        });
    }
}
