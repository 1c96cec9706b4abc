package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.ECC_VOLATILE_CORRECTED;
import static dev.gpudiag.telemetry.GpuQuantities.INFOROM_VALID;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.EventCounter;
import dev.gpudiag.telemetry.GpuSample;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How fast corrected memory errors come, whose total says nothing, and whether the board's own memory is whole. */
final class EccTrend {

    private static final Duration HOUR = Duration.ofHours(1);

    private final GpuSample gpu;
    private final Evidence evidence;
    private final Subject subject;

    EccTrend(GpuSample gpu, Evidence evidence) {
        this.gpu = gpu;
        this.evidence = evidence;
        subject = Subject.gpu(gpu.identity());
    }

    List<Finding> findings() {
        return Stream.of(rate(), inforom()).flatMap(Optional::stream).toList();
    }

    private Optional<Finding> rate() {
        double limit = evidence.setting(EccCheck.CORRECTED);
        return evidence.history()
                .increase(
                        gpu.identity(),
                        EventCounter.ECC_CORRECTED,
                        evidence.sample().takenAt().minus(HOUR))
                .filter(increase -> increase.amount() > limit)
                .map(increase -> Finding.builder(
                                Status.WARNING,
                                subject,
                                Math.round(increase.amount()) + " corrected memory errors in the last "
                                        + Amounts.duration(increase.over()))
                        .rule("ecc.sbe_rate")
                        .limit(Math.round(limit) + " an hour")
                        .why("Nothing is lost yet; memory that errs so often soon does so beyond correction.")
                        .action("look for Xid 92: dmesg -T | grep -E 'Xid.*: (92|94|95),'")
                        .action("watch gpudiag_gpu_ecc_errors_total, and run dcgmi diag -r 3 at the next gap")
                        .measured("corrected_errors", increase.amount(), "count")
                        .proof(ECC_VOLATILE_CORRECTED, gpu.get(ECC_VOLATILE_CORRECTED))
                        .build());
    }

    private Optional<Finding> inforom() {
        if (gpu.value(INFOROM_VALID).orElse(true)) {
            return Optional.empty();
        }
        return Optional.of(Finding.builder(Status.WARNING, subject, "its InfoROM is corrupted")
                .rule("drv.inforom")
                .limit("valid")
                .why("The board keeps its configuration and its counts of errors there: they are lost or wrong.")
                .action("keep what the vendor asks for: nvidia-bug-report.sh")
                .action("ask the vendor for an InfoROM update; do not judge the board by its lifetime counters")
                .proof(INFOROM_VALID, gpu.get(INFOROM_VALID))
                .build());
    }
}
