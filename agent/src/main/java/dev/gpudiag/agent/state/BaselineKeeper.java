package dev.gpudiag.agent.state;

import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.baseline.BaselineFacts;
import dev.gpudiag.telemetry.NodeSample;
import java.io.IOException;
import java.util.Optional;

/**
 * Saves what a node has while it is well, so that a GPU that goes missing later is missed.
 *
 * <p>Saves only when {@code driver} and {@code devices} are OK, {@code baseline} finds no change, and there is more to
 * keep than before; a GPU or a link that is gone is never forgotten by itself.
 */
public final class BaselineKeeper {

    private static final System.Logger LOG = System.getLogger("gpudiag.state");
    private static final String STORE = "baseline";

    private final BaselineStore store;
    private final StateWriter writer;
    private Optional<Baseline> saved;

    public BaselineKeeper(BaselineStore store, StateWriter writer) {
        this.store = store;
        this.writer = writer;
        this.saved = store.load().baseline();
    }

    /** Looks at a report, and saves where that is due. */
    public void see(Report report) {
        NodeSample sample = report.sample();
        if (sample.gpus().isEmpty() || !isOk(report, "driver") || !isOk(report, "devices") || isChanged(report)) {
            return;
        }
        Baseline baseline = BaselineFacts.of(sample);
        if (saved.isPresent() && !baseline.knowsMoreThan(saved.get())) {
            return;
        }
        saved = Optional.of(baseline);
        writer.submit(STORE, () -> write(baseline));
    }

    private void write(Baseline baseline) throws IOException {
        BaselineStore.Saved outcome = store.save(baseline);
        if (!outcome.successful()) {
            throw new IOException(String.join("; ", outcome.messages()));
        }
        outcome.messages().forEach(message -> LOG.log(System.Logger.Level.WARNING, message));
    }

    /** Whether the check {@code baseline} has anything to say: what changed is not saved over what was. */
    private static boolean isChanged(Report report) {
        return report.result("baseline")
                .map(CheckResult::status)
                .filter(status -> status != Status.OK && status != Status.SKIPPED)
                .isPresent();
    }

    private static boolean isOk(Report report, String check) {
        return report.result(check)
                .map(CheckResult::status)
                .filter(Status.OK::equals)
                .isPresent();
    }
}
