package dev.gpudiag.agent.kernellog;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/**
 * What turns the times of a log into instants.
 *
 * @param now the latest that a line can have been written; tells the year of a line that has none
 * @param zone of times that do not name theirs
 * @param bootedAt instant 0 of times that count from boot, where the boot of the log is known
 */
public record LogClock(Instant now, ZoneId zone, Optional<Instant> bootedAt) {

    public LogClock {
        requireNonNull(now, "now is null");
        requireNonNull(zone, "zone is null");
        requireNonNull(bootedAt, "bootedAt is null");
    }
}
