package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.ClockEventReason.GPU_IDLE;
import static dev.gpudiag.telemetry.ClockEventReason.HW_POWER_BRAKE_SLOWDOWN;
import static dev.gpudiag.telemetry.ClockEventReason.HW_SLOWDOWN;
import static dev.gpudiag.telemetry.ClockEventReason.HW_THERMAL_SLOWDOWN;
import static dev.gpudiag.telemetry.ClockEventReason.SW_THERMAL_SLOWDOWN;
import static dev.gpudiag.telemetry.GpuQuantities.CLOCK_EVENT_REASONS;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.ClockEventReason;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Slowdowns of one GPU now and lately.
 *
 * <p>A hardware slowdown (thermal, power brake) in most of the window is CRITICAL, any other a WARNING. Software thermal
 * slowdown holds a GPU at its highest operating temperature, which costs speed and nothing else: a WARNING however long
 * it lasts. The plain hardware slowdown bit also comes with changes of the performance state, so that it is INFO, and
 * nothing at all on an idle GPU.
 */
final class Throttling {

    private static final List<ClockEventReason> SERIOUS =
            List.of(HW_THERMAL_SLOWDOWN, HW_POWER_BRAKE_SLOWDOWN, SW_THERMAL_SLOWDOWN);

    /** Fewer samples say nothing of how much of a window it was. */
    private static final int LEAST_SAMPLES = 10;

    /** A history that is cut at the window's own length never reaches back the last fraction of it. */
    private static final double NEARLY_FULL = 0.95;

    private final GpuSample gpu;
    private final Subject subject;
    private final Set<ClockEventReason> now;
    private final Duration window;
    private final double sustained;
    private final List<Sample> series;
    private final boolean wholeWindow;

    Throttling(GpuSample gpu, Evidence evidence) {
        this.gpu = gpu;
        subject = Subject.gpu(gpu.identity());
        now = gpu.value(CLOCK_EVENT_REASONS).map(ClockEventReason::of).orElse(Set.of());
        window = evidence.setting(TemperatureCheck.WINDOW);
        sustained = evidence.setting(TemperatureCheck.SUSTAINED);
        Instant at = evidence.sample().takenAt();
        series = evidence.history().series(gpu.identity(), CLOCK_EVENT_REASONS, at.minus(window));
        wholeWindow = series.size() >= LEAST_SAMPLES
                && Duration.between(series.getFirst().at(), at).toMillis() >= NEARLY_FULL * window.toMillis();
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        for (ClockEventReason reason : SERIOUS) {
            double part = part(reason);
            if (now.contains(reason) || part > 0) {
                findings.add(slowdown(reason, part));
            }
        }
        if (findings.isEmpty() && now.contains(HW_SLOWDOWN) && !now.contains(GPU_IDLE)) {
            findings.add(Finding.builder(Status.INFO, subject, "hardware slowdown, neither thermal nor power brake")
                    .why("This bit also comes with changes of the performance state.")
                    .proof(CLOCK_EVENT_REASONS, gpu.get(CLOCK_EVENT_REASONS))
                    .build());
        }
        return findings;
    }

    private Finding slowdown(ClockEventReason reason, double part) {
        boolean lasting = wholeWindow && part >= sustained && reason != SW_THERMAL_SLOWDOWN;
        String share =
                series.size() < 2 ? "" : " in " + Amounts.percent(part) + " of the last " + Setting.format(window);
        String seen = reason.text() + (now.contains(reason) ? " now" : " lately") + share;
        Finding.Builder finding = Finding.builder(lasting ? Status.CRITICAL : Status.WARNING, subject, seen)
                .limit(lasting ? "under " + Amounts.percent(sustained) + " of the window" : "none")
                .measured("slowdown_ratio", series.isEmpty() ? 1 : part, "ratio");
        boolean thermal = reason != HW_POWER_BRAKE_SLOWDOWN;
        finding.why(
                thermal
                        ? "The GPU runs slower to stay cool; a job on many GPUs waits for its slowest."
                        : "Something outside the GPU, the power supply or the chassis, tells it to draw less.");
        actions(reason).forEach(finding::action);
        return TemperatureCheck.proven(finding, gpu).build();
    }

    private static List<String> actions(ClockEventReason reason) {
        return reason == HW_POWER_BRAKE_SLOWDOWN
                ? List.of(
                        "look at the power supplies and their events: ipmitool sdr type 'Power Supply'; ipmitool sel list",
                        "look whether the chassis or rack caps power (BMC)",
                        "reseat the GPU's power cables at the next maintenance")
                : List.of(
                        "look at fans and inlet temperature: ipmitool sdr type Fan; ipmitool sdr type Temperature",
                        "compare with the node's other GPUs: one alone is its own cooler, all together are the room",
                        "until then lower the power limit: nvidia-smi -pl WATTS, or move the load");
    }

    private double part(ClockEventReason reason) {
        long hits = series.stream()
                .filter(sample -> ((long) sample.value() & reason.bit()) != 0)
                .count();
        return series.isEmpty() ? 0 : (double) hits / series.size();
    }
}
