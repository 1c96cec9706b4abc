package dev.gpudiag.agent.host.process;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.telemetry.Gap;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Looks through the open files of every process for NVIDIA's device nodes, on a thread of its own that is left behind when
 * it does not end in time; what it has found until then counts.
 */
final class DeviceScan {

    private static final String OPEN_FILES = "/proc/*/fd";

    private final HostRoot root;
    private final long self;
    private final Set<Long> holders = new ConcurrentSkipListSet<>();
    private final Thread thread = new Thread(this::scan, "gpudiag-open-devices");
    private volatile int total;
    private final AtomicInteger looked = new AtomicInteger();
    private final AtomicInteger denied = new AtomicInteger();
    private volatile Optional<IOException> failure = Optional.empty();
    private volatile boolean complete;
    private volatile boolean left;

    /** @param self pid of gpudiag itself, which is left out; 0 where it does not run in this tree */
    DeviceScan(HostRoot root, long self) {
        this.root = root;
        this.self = self;
        thread.setDaemon(true);
    }

    /** Begins to look. */
    DeviceScan start() {
        thread.start();
        return this;
    }

    private void scan() {
        try {
            List<String> pids = root.names("/proc", DeviceScan::isPid);
            total = pids.size();
            for (String pid : pids) {
                if (left) {
                    return;
                }
                look(Long.parseLong(pid));
                looked.incrementAndGet();
            }
            complete = true;
        } catch (IOException e) {
            failure = Optional.of(e);
        }
    }

    private static boolean isPid(String name) {
        return name.length() <= 10 && name.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private void look(long pid) {
        if (pid == self) {
            return;
        }
        try {
            if (!OpenDevices.list(ProcessDirectory.of(root, pid)).isEmpty()) {
                holders.add(pid);
            }
        } catch (AccessDeniedException e) {
            denied.incrementAndGet();
        } catch (IOException e) {
            return; // it has ended, or is no process
        }
    }

    /** The processes that have a device open, as far as could be seen by {@code untilNanos}. */
    Set<Long> holders(long untilNanos) {
        try {
            TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, untilNanos - System.nanoTime()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        left = true;
        return holders;
    }

    /** Why {@code /proc} could not be listed. */
    Optional<IOException> failure() {
        return failure;
    }

    /** Whether every process was looked at. */
    boolean isComplete() {
        return complete;
    }

    /** What was not seen, if anything. */
    Optional<Gap> gap() {
        if (failure.isEmpty() && !complete) {
            return Optional.of(new Gap(
                    Reason.TIMED_OUT,
                    OPEN_FILES,
                    "the open files of " + (total - looked.get()) + " of " + total
                            + " processes were not looked at in time"));
        }
        return denied.get() == 0
                ? Optional.empty()
                : Optional.of(new Gap(
                        Reason.NO_PERMISSION,
                        OPEN_FILES,
                        "the open files and CUDA libraries of " + denied.get() + " of " + total
                                + " processes cannot be read: run as root, or with CAP_SYS_PTRACE and"
                                + " CAP_DAC_READ_SEARCH"));
    }
}
