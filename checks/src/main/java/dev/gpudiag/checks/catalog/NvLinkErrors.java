package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.NVLINK_CRC_DATA;
import static dev.gpudiag.telemetry.GpuQuantities.NVLINK_CRC_FLIT;
import static dev.gpudiag.telemetry.GpuQuantities.NVLINK_EFFECTIVE_BER;
import static dev.gpudiag.telemetry.GpuQuantities.NVLINK_RECOVERED;
import static dev.gpudiag.telemetry.GpuQuantities.NVLINK_RECOVERIES;
import static dev.gpudiag.telemetry.GpuQuantities.NVLINK_RECOVERY_FAILED;
import static dev.gpudiag.telemetry.GpuQuantities.NVLINK_REPLAYS;
import static dev.gpudiag.telemetry.GpuQuantities.NVLINK_SYMBOL_BER;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.EventCounter;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.SampleHistory.Increase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** Errors of the NVLinks of one GPU: by rate up to NVLink 4, by failed recoveries and bit errors from NVLink 5 on. */
final class NvLinkErrors {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SHORTEST = Duration.ofSeconds(30);

    /** DCGM: CRC errors a second that are a failure, and that are a warning. */
    private static final double MANY_CRC_ERRORS = 100;

    private static final double SOME_CRC_ERRORS = 1;
    private static final String V4 = "nvl.errors_v4";
    private static final String V5 = "nvl.errors_v5";
    private static final int LINKS_SHOWN = 4;

    private final GpuSample gpu;
    private final Evidence evidence;
    private final Subject subject;

    NvLinkErrors(GpuSample gpu, Evidence evidence) {
        this.gpu = gpu;
        this.evidence = evidence;
        subject = Subject.gpu(gpu.identity());
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        failedRecoveries().ifPresent(findings::add);
        bitErrors(NVLINK_EFFECTIVE_BER, "bits").ifPresent(findings::add);
        bitErrors(NVLINK_SYMBOL_BER, "symbols").ifPresent(findings::add);
        replays().ifPresent(findings::add);
        crc().ifPresent(findings::add);
        recovered().ifPresent(findings::add);
        return findings;
    }

    /** Whether rates could be judged, to be said where nothing is wrong. */
    String judgement() {
        boolean counted =
                total(NVLINK_REPLAYS).isPresent() || total(NVLINK_RECOVERED).isPresent();
        if (!counted) {
            return "";
        }
        boolean judged = increase(EventCounter.NVLINK_REPLAYS, MINUTE)
                .or(() -> increase(EventCounter.NVLINK_RECOVERED, HOUR))
                .isPresent();
        long before =
                total(NVLINK_REPLAYS).orElse(0L) + total(NVLINK_RECOVERIES).orElse(0L);
        String old = before > 0 ? ", " + Amounts.plural(before, "replay") + " since the driver loaded" : "";
        return old + (judged ? ", no new errors" : "; error rates need history");
    }

    private Optional<Increase> increase(EventCounter counter, Duration window) {
        return evidence.history()
                .increase(gpu.identity(), counter, evidence.sample().takenAt().minus(window))
                .filter(increase -> increase.over().compareTo(SHORTEST) >= 0);
    }

    private Optional<Long> total(Quantity<Long> quantity) {
        return gpu.nvlinks().stream()
                .flatMap(link -> link.value(quantity).stream())
                .reduce(Long::sum);
    }

    private Optional<Finding> failedRecoveries() {
        long failed = total(NVLINK_RECOVERY_FAILED).orElse(0L);
        if (failed == 0) {
            return Optional.empty();
        }
        String seen = Amounts.plural(failed, "NVLink recovery").replace("recoverys", "recoveries") + " failed";
        return Optional.of(
                proven(fault(V5, Status.CRITICAL, seen).limit("0"), NVLINK_RECOVERY_FAILED, count -> count > 0)
                        .measured("nvlink_recoveries_failed", failed, "count")
                        .build());
    }

    private Optional<Finding> bitErrors(Quantity<Double> quantity, String what) {
        double limit = evidence.setting(NvLinkCheck.BIT_ERRORS);
        double worst = gpu.nvlinks().stream()
                .flatMap(link -> link.value(quantity).stream())
                .reduce(0.0, Math::max);
        if (worst <= limit) {
            return Optional.empty();
        }
        String seen = String.format(Locale.ROOT, "%.1e of %s wrong after error correction", worst, what);
        return Optional.of(proven(
                        fault(V5, Status.CRITICAL, seen).limit(String.format(Locale.ROOT, "%.0e", limit)),
                        quantity,
                        ratio -> ratio > limit)
                .measured(quantity.id(), worst, "ratio")
                .build());
    }

    private Optional<Finding> replays() {
        long replays = grown(EventCounter.NVLINK_REPLAYS);
        long recoveries = grown(EventCounter.NVLINK_RECOVERIES);
        if (replays + recoveries == 0) {
            return Optional.empty();
        }
        String seen = replays + " replays and " + recoveries + " recoveries of NVLinks in the last minute";
        Finding.Builder finding = fault(V4, Status.CRITICAL, seen)
                .limit("0")
                .measured("nvlink_replays", replays, "count")
                .measured("nvlink_recoveries", recoveries, "count");
        return Optional.of(
                proven(proven(finding, NVLINK_REPLAYS, count -> count > 0), NVLINK_RECOVERIES, count -> count > 0)
                        .build());
    }

    private long grown(EventCounter counter) {
        return Math.round(increase(counter, MINUTE).map(Increase::amount).orElse(0.0));
    }

    private Optional<Finding> crc() {
        double perSecond = increase(EventCounter.NVLINK_CRC_ERRORS, MINUTE)
                .map(Increase::perSecond)
                .orElse(0.0);
        if (perSecond < SOME_CRC_ERRORS) {
            return Optional.empty();
        }
        boolean many = perSecond >= MANY_CRC_ERRORS;
        Finding.Builder finding = fault(
                        V4,
                        many ? Status.CRITICAL : Status.WARNING,
                        Math.round(perSecond) + " NVLink CRC errors a second")
                .limit("under " + Math.round(many ? MANY_CRC_ERRORS : SOME_CRC_ERRORS) + " a second")
                .measured("nvlink_crc_errors_per_second", perSecond, "count");
        return Optional.of(
                proven(proven(finding, NVLINK_CRC_FLIT, count -> count > 0), NVLINK_CRC_DATA, count -> count > 0)
                        .build());
    }

    private Optional<Finding> recovered() {
        double lately = increase(EventCounter.NVLINK_RECOVERED, HOUR)
                .map(Increase::amount)
                .orElse(0.0);
        long ever = total(NVLINK_RECOVERED).orElse(0L);
        if (lately == 0 && ever == 0) {
            return Optional.empty();
        }
        boolean now = lately > 0;
        String seen = now
                ? Math.round(lately) + " NVLink recoveries in the last hour"
                : ever + " NVLink recoveries since the driver loaded";
        Finding.Builder finding = now
                ? fault(V5, Status.WARNING, seen).limit("0 an hour")
                : Finding.builder(Status.INFO, subject, seen).rule(V5);
        return Optional.of(proven(finding, NVLINK_RECOVERED, count -> count > 0)
                .measured("nvlink_recoveries", now ? lately : ever, "count")
                .build());
    }

    private Finding.Builder fault(String rule, Status status, String seen) {
        return Finding.builder(status, subject, seen)
                .rule(rule)
                .why("A link that repeats or loses data slows every collective down, and fails before long.")
                .action("see which: nvidia-smi nvlink -e -i " + gpu.identity().index()
                        + "; dmesg -T | grep -iE 'nvlink|Xid.*: (74|14[4-9]|150),'")
                .action("drain the node and reset the GPU, which trains the links anew")
                .action("if the errors come back: have link, bridge or baseboard looked at");
    }

    /** The links that show it, a few of them. */
    private <T> Finding.Builder proven(Finding.Builder finding, Quantity<T> quantity, Predicate<T> odd) {
        int shown = 0;
        for (int link = 0; link < gpu.nvlinks().size() && shown < LINKS_SHOWN; link++) {
            Optional<T> value = gpu.nvlinks().get(link).value(quantity);
            if (value.filter(odd).isPresent()) {
                finding.proof("link " + link, quantity.id() + " = " + value.get());
                shown++;
            }
        }
        return finding;
    }
}
