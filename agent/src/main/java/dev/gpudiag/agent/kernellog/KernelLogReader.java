package dev.gpudiag.agent.kernellog;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.checks.kernellog.KernelEvent;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.kernellog.KernelLogParser;
import dev.gpudiag.checks.kernellog.KernelRecord;
import dev.gpudiag.checks.kernellog.LoggedEvent;
import dev.gpudiag.checks.kernellog.XidCatalogue;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/**
 * Reads the kernel log of a host: its own buffer from the oldest record on, and what log files tell of the time before;
 * where the buffer may not be read, the files alone.
 *
 * <p>A poll takes what has come since the last one and never waits. Records that were overwritten before they were read
 * are told as a gap. One thread polls; any thread may {@link #offer} what NVML tells.
 */
public final class KernelLogReader implements AutoCloseable {

    private static final String DEVICE = KernelBuffer.DEVICE;

    /** Records that one poll takes; the buffer of a large machine holds fewer. */
    private static final int RECORDS = 200_000;

    /** How often files are looked at again where they are the only source. */
    private static final Duration FILE_INTERVAL = Duration.ofSeconds(30);

    private static final String HINT =
            "let gpudiag read /dev/kmsg (root or CAP_SYSLOG), or give it a saved log: journalctl -k -o export > FILE";

    private final HostRoot root;
    private final InstantSource clock;
    private final ZoneId zone;
    private final XidCatalogue catalogue = XidCatalogue.shipped();
    private final KernelLogParser parser = new KernelLogParser(catalogue);
    private final EventLedger ledger = new EventLedger();
    private final Queue<LoggedEvent> offered = new ConcurrentLinkedQueue<>();
    private final List<String> gaps = new ArrayList<>();
    private Optional<Instant> bootedAt = Optional.empty();
    private Optional<String> boot = Optional.empty();
    private Optional<Instant> begins = Optional.empty();
    private Reading<KernelBuffer> buffer = Reading.notRead("not opened");
    private String source = DEVICE;
    private boolean opened;
    private boolean filesFound;

    /**
     * Of the file as it was read last: a smaller one was moved away since, and is read there. So it is the first time where
     * files are the only source.
     */
    private long filesSize = Long.MAX_VALUE;

    private List<Reading<KernelLog>> refusals = List.of();
    private Instant filesReadAt = Instant.MIN;
    private Reading<KernelLog> last = Reading.notRead("the kernel log was not read");
    private long lastVersion = -1;

    /** A reader that has opened nothing yet; {@code zone} is that of times in files which do not name theirs. */
    public KernelLogReader(HostRoot root, InstantSource clock, ZoneId zone) {
        this.root = root;
        this.clock = clock;
        this.zone = zone;
    }

    /** Events that were remembered before this process began; to be called before the first poll. */
    public void remember(List<LoggedEvent> before) {
        before.forEach(ledger::add);
    }

    /** An event that something other than the log tells; from any thread. */
    public void offer(LoggedEvent event) {
        offered.add(event);
    }

    /** The boot that is running, where it is known; after the first poll. */
    public Optional<String> boot() {
        return boot;
    }

    /** Everything that is known now. */
    public Reading<KernelLog> poll() {
        Instant now = clock.instant();
        if (!opened) {
            open(now, KernelBuffer.open(root));
        }
        return poll(now);
    }

    /** The same with a buffer that is already open. */
    Reading<KernelLog> poll(KernelBuffer open) {
        Instant now = clock.instant();
        open(now, Reading.of(open, DEVICE));
        return poll(now);
    }

    private Reading<KernelLog> poll(Instant now) {
        boolean changed = buffer.value().map(this::drain).orElse(false);
        if (!buffer.isPresent() && Duration.between(filesReadAt, now).compareTo(FILE_INTERVAL) >= 0) {
            filesReadAt = now;
            readFiles(now, Optional.empty());
        }
        for (LoggedEvent event = offered.poll(); event != null; event = offered.poll()) {
            ledger.add(event);
        }
        if (changed || lastVersion != ledger.version() || !last.isPresent()) {
            lastVersion = ledger.version();
            last = snapshot();
        }
        return last;
    }

    private void open(Instant now, Reading<KernelBuffer> from) {
        opened = true;
        boot = root.readLine("/proc/sys/kernel/random/boot_id").value();
        bootedAt = root.readLine("/proc/uptime").value().flatMap(text -> bootedAt(text, now));
        buffer = from;
        if (buffer.isPresent()) {
            drain(buffer.value().orElseThrow());
            readFiles(now, begins);
        }
    }

    private static Optional<Instant> bootedAt(String uptime, Instant now) {
        String seconds = uptime.split(" ", 2)[0];
        return seconds.matches("\\d{1,10}(\\.\\d{1,9})?")
                ? Optional.of(now.minusMillis(Math.round(Double.parseDouble(seconds) * 1000)))
                : Optional.empty();
    }

    /** Whether anything came that the reader of the log must know, an event or a gap. */
    private boolean drain(KernelBuffer from) {
        boolean changed = false;
        try {
            for (int i = 0; i < RECORDS; i++) {
                switch (from.next()) {
                    case KernelBuffer.Next.End end -> {
                        return changed;
                    }
                    case KernelBuffer.Next.Overrun overrun -> {
                        changed = true;
                        gap("records of the kernel log were overwritten before they were read");
                    }
                    case KernelBuffer.Next.Entry entry ->
                        KmsgRecord.parse(entry.text()).ifPresent(this::take);
                }
            }
        } catch (IOException e) {
            buffer = HostRoot.missing(DEVICE, e);
            gap("the kernel log cannot be read any more: " + buffer.describe());
            changed = true;
        }
        return changed;
    }

    private void gap(String what) {
        if (!gaps.contains(what)) {
            gaps.add(what);
        }
    }

    private void take(KmsgRecord record) {
        Optional<Instant> at = bootedAt.map(booted -> booted.plus(record.sinceBoot()));
        begins = begins.isPresent() ? begins : at;
        parser.read(0, record.text())
                .ifPresent(event ->
                        ledger.add(new LoggedEvent(event, at, boot, OptionalLong.of(record.sequence()), DEVICE)));
    }

    /** What the files tell of the time before {@code until}; all of it where that is empty and no buffer can be read. */
    private void readFiles(Instant now, Optional<Instant> until) {
        LogClock files = new LogClock(now, zone, bootedAt);
        List<Reading<KernelLog>> refused = new ArrayList<>();
        filesFound = false;
        for (String path : LogFiles.PATHS) {
            try {
                LogFiles.Content content = LogFiles.read(root, path, files, boot, until.isPresent() ? 0 : filesSize);
                filesSize = content.size();
                take(content, until);
                if (!buffer.isPresent()) {
                    source = path;
                    begins = content.begins();
                }
                filesFound = true;
                break; // the others repeat the same records
            } catch (IOException e) {
                refused.add(HostRoot.missing(path, e));
            }
        }
        refusals = List.copyOf(refused);
    }

    private void take(LogFiles.Content content, Optional<Instant> until) {
        KernelLogParser lines = new KernelLogParser(catalogue);
        for (KernelRecord record : content.records()) {
            Optional<KernelEvent> event = lines.read(record.line(), record.text());
            boolean wanted = until.isEmpty()
                    || record.at()
                            .filter(time -> time.isBefore(until.get().minusSeconds(1)))
                            .isPresent();
            if (event.isPresent() && wanted) {
                ledger.add(new LoggedEvent(event.get(), record.at(), record.boot(), record.sequence(), content.path()));
            }
        }
    }

    private Reading<KernelLog> snapshot() {
        if (!buffer.isPresent() && !filesFound && ledger.events().isEmpty()) {
            return unreadable();
        }
        return Reading.of(new KernelLog(source, begins, boot, ledger.events(), ledger.totals(), gaps), source);
    }

    private Reading<KernelLog> unreadable() {
        List<Reading<?>> tried = new ArrayList<>(List.of(buffer));
        tried.addAll(refusals);
        boolean rights = tried.stream().anyMatch(each -> each.reason().equals(Optional.of(Reason.NO_PERMISSION)));
        String detail = tried.stream()
                .filter(each -> !each.reason().equals(Optional.of(Reason.NOT_SUPPORTED)))
                .map(Reading::describe)
                .collect(Collectors.joining("; "));
        return Reading.missing(
                rights ? Reason.NO_PERMISSION : buffer.reason().orElse(Reason.FAILED),
                DEVICE,
                (detail.isEmpty() ? "neither " + DEVICE + " nor a log file is there" : detail) + "; " + HINT);
    }

    @Override
    public void close() {
        buffer.value().ifPresent(KernelBuffer::close);
    }
}
