package dev.gpudiag.checks.kernellog;

import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.Reading;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A kernel log in a test: lines with their age, in boots. */
public final class KernelLogs {

    private final KernelLogParser parser = new KernelLogParser(XidCatalogue.shipped());
    private final List<LoggedEvent> events = new ArrayList<>();
    private final List<String> gaps = new ArrayList<>();
    private String boot = "boot 0";
    private int boots;

    /** A line so long before now; in the order in which they were written. */
    public KernelLogs line(Duration ago, String text) {
        return at(Optional.of(GpuSamples.NOW.minus(ago)), text);
    }

    /** A line of which nobody knows when it was written. */
    public KernelLogs undated(String text) {
        return at(Optional.empty(), text);
    }

    private KernelLogs at(Optional<Instant> at, String text) {
        parser.read(text)
                .ifPresent(event -> events.add(
                        new LoggedEvent(event, at, Optional.of(boot), OptionalLong.of(events.size()), "/dev/kmsg")));
        return this;
    }

    /** An event that the log does not tell. */
    public KernelLogs event(Duration ago, KernelEvent event) {
        events.add(new LoggedEvent(
                event, Optional.of(GpuSamples.NOW.minus(ago)), Optional.empty(), OptionalLong.empty(), "gpudiag"));
        return this;
    }

    public KernelLogs reboot() {
        boot = "boot " + ++boots;
        return this;
    }

    public KernelLogs gap(String what) {
        gaps.add(what);
        return this;
    }

    public KernelLog log() {
        return new KernelLog(
                "/dev/kmsg",
                Optional.of(GpuSamples.NOW.minus(Duration.ofHours(5))),
                Optional.of(boot),
                events,
                List.of(),
                gaps);
    }

    public Reading<KernelLog> reading() {
        return Reading.of(log(), "/dev/kmsg");
    }
}
