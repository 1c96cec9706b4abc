package dev.gpudiag.checks;

import dev.gpudiag.checks.CheckSpec.Precondition;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading.Reason;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * Runs checks over evidence: preconditions first, each check by itself, worst findings first, then what explains what.
 *
 * <p>Thread-safe.
 */
public final class CheckRunner {

    private static final Comparator<Finding> WORST_FIRST = Comparator.comparing(
                    (Finding finding) -> finding.causedBy().isPresent())
            .thenComparing(Comparator.comparing(Finding::status).reversed());

    private final List<Check> checks;
    private final LongSupplier nanoTime;
    private final BiConsumer<String, Duration> durations;

    public CheckRunner(List<Check> checks) {
        this(checks, () -> 0, (check, took) -> {});
    }

    /**
     * A runner that times its checks.
     *
     * @param nanoTime a clock in nanoseconds that does not jump
     * @param durations is told how long each check took that was run, by its id
     */
    public CheckRunner(List<Check> checks, LongSupplier nanoTime, BiConsumer<String, Duration> durations) {
        this.checks = List.copyOf(checks);
        this.nanoTime = nanoTime;
        this.durations = durations;
    }

    public Report run(Evidence evidence) {
        List<CheckResult> results =
                checks.stream().map(check -> run(check, evidence)).toList();
        return new Report(evidence.sample(), Causes.link(results), evidence.baseline());
    }

    private CheckResult run(Check check, Evidence evidence) {
        String id = check.spec().id();
        Optional<String> obstacle = obstacle(check.spec(), evidence);
        if (obstacle.isPresent()) {
            return new CheckResult(id, Status.SKIPPED, obstacle.get(), List.of());
        }
        long started = nanoTime.getAsLong();
        try {
            return result(id, check.evaluate(evidence));
        } catch (RuntimeException e) {
            String seen = "this check failed: " + e;
            return new CheckResult(id, Status.UNKNOWN, seen, List.of(Finding.of(Status.UNKNOWN, Subject.node(), seen)));
        } finally {
            durations.accept(id, Duration.ofNanos(nanoTime.getAsLong() - started));
        }
    }

    private static Optional<String> obstacle(CheckSpec spec, Evidence evidence) {
        NodeSample sample = evidence.sample();
        Optional<String> waiting = waiting(sample.driver());
        if (waiting.isPresent() && needsDriver(spec)) {
            return waiting;
        }
        if (spec.preconditions().contains(Precondition.USABLE_DRIVER) && !answers(sample)) {
            return Optional.of("needs a working driver");
        }
        if (spec.preconditions().contains(Precondition.GPU) && sample.gpus().isEmpty()) {
            return Optional.of("no GPU");
        }
        if (spec.preconditions().contains(Precondition.HISTORY)
                && sample.gpus().stream().noneMatch(gpu -> hasHistory(gpu, evidence))) {
            return Optional.of("needs history: run gpudiag serve");
        }
        return Optional.empty();
    }

    /** Why nothing is known of the driver while nothing is wrong with it: it is let go of, or starts. */
    private static Optional<String> waiting(DriverState driver) {
        return driver.nvml().reason().equals(Optional.of(Reason.RELEASED))
                        || driver.nvml().reason().equals(Optional.of(Reason.PENDING))
                ? Optional.of(driver.nvml().describe())
                : Optional.empty();
    }

    private static boolean needsDriver(CheckSpec spec) {
        return spec.preconditions().contains(Precondition.USABLE_DRIVER)
                || spec.preconditions().contains(Precondition.SETTLED_DRIVER);
    }

    /** NVML answers, or did when a recording was made that does not say so in so many words. */
    private static boolean answers(NodeSample sample) {
        boolean notRecorded = sample.driver().nvml().reason().equals(Optional.of(Reason.NOT_READ));
        return sample.driver().usable() || (notRecorded && !sample.gpus().isEmpty());
    }

    private static boolean hasHistory(GpuSample gpu, Evidence evidence) {
        return evidence.history()
                .reach(gpu.identity(), evidence.sample().takenAt())
                .isPresent();
    }

    static CheckResult result(String id, List<Finding> found) {
        if (found.isEmpty()) {
            throw new IllegalStateException("check " + id + " found nothing and did not say so");
        }
        List<Finding> findings = found.stream().sorted(WORST_FIRST).toList();
        Status status = findings.stream().map(Finding::status).reduce(Status.SKIPPED, Status::worse);
        return new CheckResult(id, status, summary(findings, status), findings);
    }

    private static String summary(List<Finding> findings, Status status) {
        List<Finding> worst =
                findings.stream().filter(finding -> finding.status() == status).toList();
        Finding first = worst.getFirst();
        String subject = first.subject().kind() == Subject.Kind.NODE
                ? ""
                : first.subject().describe() + ": ";
        if (worst.size() == 1) {
            return subject + first.seen();
        }
        boolean alike = worst.stream().allMatch(finding -> finding.seen().equals(first.seen()));
        return alike
                ? worst.size() + " subjects: " + first.seen()
                : subject + first.seen() + " (and " + (worst.size() - 1) + " more)";
    }
}
