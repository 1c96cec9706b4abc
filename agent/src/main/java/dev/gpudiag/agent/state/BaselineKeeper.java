package dev.gpudiag.agent.state;

import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import java.util.List;
import java.util.Optional;

/**
 * Saves what a node has while it is well, so that a GPU that goes missing later is missed.
 *
 * <p>Saves only when {@code driver} and {@code devices} are OK and something changed; a GPU that is gone makes
 * {@code devices} not OK, so that it is never forgotten by itself.
 */
public final class BaselineKeeper {

    private static final System.Logger LOG = System.getLogger(BaselineKeeper.class.getName());

    private final BaselineStore store;
    private Optional<Baseline> saved;

    public BaselineKeeper(BaselineStore store) {
        this.store = store;
        this.saved = store.load().baseline();
    }

    /** Looks at a report, and saves where that is due. */
    public void see(Report report) {
        NodeSample sample = report.sample();
        if (sample.gpus().isEmpty() || !isOk(report, "driver") || !isOk(report, "devices")) {
            return;
        }
        List<GpuIdentity> gpus = sample.gpus().stream().map(GpuSample::identity).toList();
        Optional<String> driver =
                sample.driver().get(HostQuantities.DRIVER_VERSION).value();
        boolean known = saved.isPresent()
                && saved.get().gpus().equals(gpus)
                && saved.get().driverVersion().equals(driver);
        if (known) {
            return;
        }
        Baseline baseline = new Baseline(sample.takenAt(), gpus, driver);
        BaselineStore.Saved outcome = store.save(baseline);
        outcome.messages().forEach(message -> LOG.log(System.Logger.Level.WARNING, message));
        // one that could not be written is not tried at every sample
        saved = Optional.of(baseline);
    }

    private static boolean isOk(Report report, String check) {
        return report.result(check)
                .map(CheckResult::status)
                .filter(Status.OK::equals)
                .isPresent();
    }
}
