package dev.gpudiag.agent.sampling;

import dev.gpudiag.agent.host.HostState;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The host's files of the driver, read once per interval on a thread of its own: some of them, such as those below
 * /proc/driver/nvidia, are answered by the driver, and wait with it. Not thread-safe: one caller asks.
 */
final class HostWatch {

    private static final String FILES = "/proc, /sys and /dev";

    private final Supplier<HostState> host;
    private final Recurrence turn;
    private final SingleFlight<HostState> flight = new SingleFlight<>("gpudiag-host-files");
    private Optional<HostState> last = Optional.empty();

    HostWatch(Supplier<HostState> host, NodeClock clock, Duration interval) {
        this.host = host;
        this.turn = new Recurrence(clock, interval);
    }

    /** Has the files read again at the next look, whatever the interval. */
    void hasten() {
        turn.hasten();
    }

    /** Begins to read the files if that is due. */
    void start() {
        flight.harvest().ifPresent(state -> last = Optional.of(state));
        if (turn.isDue() && flight.start(host::get)) {
            turn.mark();
        }
    }

    /** What the files said last; empty before they have said anything, and when they have not for {@code deadline}. */
    Optional<HostState> await(long nanos, Duration deadline) {
        last = flight.await(nanos).or(() -> last);
        return flight.inFlight() && flight.sinceStart().compareTo(deadline) >= 0 ? Optional.empty() : last;
    }

    /** Why the state is empty. */
    Reading<Boolean> late(Duration deadline) {
        Duration silence = flight.sinceStart();
        return Reading.missing(
                silence.compareTo(deadline) < 0 ? Reason.PENDING : Reason.TIMED_OUT,
                FILES,
                "have not been read for " + Math.max(1, silence.toSeconds()) + " s");
    }

    /** The state of a host of which nothing is known now. */
    static HostState unknown(Reading<Boolean> late) {
        Reason reason = late.reason().orElse(Reason.TIMED_OUT);
        return new HostState(
                Readings.empty(),
                Reading.missing(reason, FILES, late.describe()),
                Reading.missing(reason, FILES, late.describe()),
                Reading.missing(reason, FILES, late.describe()),
                Map.of(),
                false);
    }

    void excuse(Duration standstill) {
        flight.excuse(standstill);
    }

    /** Lets the thread go once it is back, which may be never. */
    void abandon() {
        flight.abandon();
    }
}
