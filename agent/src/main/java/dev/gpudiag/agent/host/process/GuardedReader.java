package dev.gpudiag.agent.host.process;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.telemetry.Gap;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Reads processes one after the other on a thread that is left behind when one of them does not let itself be read.
 *
 * <p>A process that hangs in the kernel with its memory map locked, or whose file system is a dead server's, hangs whoever
 * reads its {@code maps}. Then the others are read by another thread, and that process is read no more than at once
 * until the thread has come back. Not thread-safe: one caller reads.
 */
final class GuardedReader {

    /** How long one process may take; thousands of times what it takes. */
    private static final Duration EACH = Duration.ofSeconds(2);

    /** Threads that are left behind at most; then no process is read any more. */
    private static final int THREADS = 8;

    private final HostRoot root;
    private final Duration each;
    private final Consumer<String> witness;
    private final Map<Long, Hanging> hanging = new ConcurrentHashMap<>();

    /** Where the reading of a process hangs, for as long as its thread lives. */
    private record Hanging(Thread thread, String file, long sinceNanos) {
        <T> Reading<T> reason() {
            long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - sinceNanos));
            return Reading.missing(
                    Reason.TIMED_OUT, file, "reading " + file + " has not returned for " + seconds + " s");
        }
    }

    /** What was read of those that exist, in the order asked for, and what kept the rest from being read. */
    record Result(List<GpuHolder> holders, List<Gap> gaps) {}

    GuardedReader(HostRoot root) {
        this(root, EACH, file -> {});
    }

    /**
     * A reader that tells what it does.
     *
     * @param each how long one process may take
     * @param witness is told of each file before it is read
     */
    GuardedReader(HostRoot root, Duration each, Consumer<String> witness) {
        this.root = root;
        this.each = each;
        this.witness = witness;
    }

    /** Reads the processes; comes back at {@code untilNanos}, or soon after, whatever they do. */
    Result read(List<Long> pids, long untilNanos) {
        hanging.values().removeIf(place -> !place.thread().isAlive());
        List<GpuHolder> holders = new ArrayList<>();
        Set<Gap> gaps = new LinkedHashSet<>();
        Deque<Long> rest = new ArrayDeque<>(pids);
        while (!rest.isEmpty() && hanging.size() < THREADS && left(untilNanos) > 0) {
            Worker worker = new Worker(List.copyOf(rest));
            worker.start();
            read(worker, rest, holders, untilNanos);
            gaps.addAll(worker.gaps);
        }
        if (!rest.isEmpty()) {
            String why = hanging.size() < THREADS
                    ? "the time was over"
                    : THREADS + " others hang in the kernel while they are read";
            gaps.add(new Gap(
                    Reason.TIMED_OUT,
                    "/proc",
                    rest.size() + " of " + pids.size() + " processes were not looked at: " + why));
            rest.forEach(pid ->
                    holders.add(HolderReader.without(pid, Reading.missing(Reason.TIMED_OUT, "/proc/" + pid, why))));
        }
        return new Result(List.copyOf(holders), List.copyOf(gaps));
    }

    private static long left(long untilNanos) {
        return untilNanos - System.nanoTime();
    }

    /** Takes what a worker reads until it has read all, hangs, or the time is over. */
    private void read(Worker worker, Deque<Long> rest, List<GpuHolder> holders, long untilNanos) {
        while (!rest.isEmpty()) {
            long wait = Math.min(each.toNanos(), left(untilNanos));
            Optional<Optional<GpuHolder>> next = worker.next(wait);
            if (next.isPresent()) {
                next.get().ifPresent(holders::add);
                rest.pop();
                continue;
            }
            worker.left = true;
            if (wait == each.toNanos() && !Thread.currentThread().isInterrupted()) {
                Hanging place = new Hanging(worker, worker.file, System.nanoTime() - wait);
                hanging.put(rest.peek(), place);
                holders.add(worker.basicsOf(rest.pop(), place));
            }
            return;
        }
    }

    /** Reads the processes it was given, as long as somebody waits for them. */
    private final class Worker extends Thread {

        private final List<Long> pids;
        private final BlockingQueue<Optional<GpuHolder>> done = new LinkedBlockingQueue<>();
        private volatile List<Gap> gaps = List.of();
        private volatile String file = "/proc";
        private volatile Optional<GpuHolder> basics = Optional.empty();
        private volatile boolean left;

        Worker(List<Long> pids) {
            super("gpudiag-processes");
            setDaemon(true);
            this.pids = pids;
        }

        @Override
        public void run() {
            HolderReader reader = new HolderReader(root, this::enter);
            for (long pid : pids) {
                if (left) {
                    return;
                }
                Optional<GpuHolder> holder = read(reader, pid);
                gaps = reader.gaps();
                done.add(holder);
            }
        }

        private void enter(String entered) {
            file = entered;
            witness.accept(entered);
        }

        private Optional<GpuHolder> read(HolderReader reader, long pid) {
            try {
                return readAll(reader, pid);
            } catch (RuntimeException e) {
                // a file that nobody thought of must not keep the other processes from being read
                return Optional.of(
                        HolderReader.without(pid, Reading.missing(Reason.FAILED, file, "reading failed: " + e)));
            }
        }

        private Optional<GpuHolder> readAll(HolderReader reader, long pid) {
            basics = reader.basics(pid);
            Hanging place = hanging.get(pid);
            return place == null ? basics.map(reader::details) : basics.map(known -> without(known, place));
        }

        /** What it reads next; empty where that takes longer. */
        Optional<Optional<GpuHolder>> next(long nanos) {
            try {
                return Optional.ofNullable(done.poll(Math.max(nanos, 0), TimeUnit.NANOSECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }

        GpuHolder basicsOf(long pid, Hanging place) {
            return basics.filter(known -> known.pid() == pid)
                    .map(known -> without(known, place))
                    .orElse(HolderReader.without(pid, place.reason()));
        }

        private static GpuHolder without(GpuHolder basics, Hanging place) {
            return HolderReader.with(basics, basics.workload(), place.reason());
        }
    }
}
