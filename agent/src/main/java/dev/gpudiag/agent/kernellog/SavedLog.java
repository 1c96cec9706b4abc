package dev.gpudiag.agent.kernellog;

import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.kernellog.KernelLogParser;
import dev.gpudiag.checks.kernellog.KernelRecord;
import dev.gpudiag.checks.kernellog.LoggedEvent;
import dev.gpudiag.checks.kernellog.XidCatalogue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A saved kernel log, in any form that {@link LogStream} reads, as evidence for the checks. */
public final class SavedLog {

    private static final String NEW_BOOT = "Linux version ";

    private SavedLog() {}

    /**
     * All events of a file. Where its boots have no names, each line of a kernel that starts begins another one; the last
     * one is taken for the boot that is running.
     */
    public static KernelLog read(Path file, LogClock clock) throws IOException {
        KernelLogParser parser = new KernelLogParser(XidCatalogue.shipped());
        EventLedger ledger = new EventLedger();
        Optional<Instant> begins = Optional.empty();
        Optional<String> boot = Optional.empty();
        int starts = 0;
        try (InputStream in = Files.newInputStream(file)) {
            LogStream log = new LogStream(in, clock);
            for (Optional<KernelRecord> next = log.next(); next.isPresent(); next = log.next()) {
                KernelRecord record = next.get();
                begins = begins.isPresent() ? begins : record.at();
                starts += record.text().contains(NEW_BOOT) ? 1 : 0;
                boot = record.boot().isPresent() ? record.boot() : Optional.of("boot " + starts);
                Optional<String> of = boot;
                parser.read(record.line(), record.text())
                        .ifPresent(event -> ledger.add(
                                new LoggedEvent(event, record.at(), of, record.sequence(), file.toString())));
            }
        }
        return new KernelLog(file.toString(), begins, boot, ledger.events(), ledger.totals(), List.of());
    }
}
