package dev.gpudiag.checks.kernellog;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the kernel log said of NVIDIA hardware, as far back as it reaches.
 *
 * @param source where it was read
 * @param begins time of the oldest record that was seen, of any subject
 * @param boot the boot that is running, where it is known
 * @param events oldest first; one that has no time stands where it was found
 * @param totals Xids of each GPU, also of events that are no longer held
 * @param gaps what is missing in it, one sentence each, such as records that were overwritten before they were read
 */
public record KernelLog(
        String source,
        Optional<Instant> begins,
        Optional<String> boot,
        List<LoggedEvent> events,
        List<XidTotal> totals,
        List<String> gaps) {

    public KernelLog {
        requireNonNull(source, "source is null");
        requireNonNull(begins, "begins is null");
        requireNonNull(boot, "boot is null");
        events = List.copyOf(events);
        totals = List.copyOf(totals);
        gaps = List.copyOf(gaps);
    }
}
