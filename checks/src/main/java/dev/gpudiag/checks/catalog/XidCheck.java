package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.checks.kernellog.Closings;
import dev.gpudiag.checks.kernellog.Episode;
import dev.gpudiag.checks.kernellog.Episodes;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.kernellog.XidOverrides;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Reading;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the kernel log says of GPUs and switches, and whether it is over.
 *
 * <p>An error is open until a reset, a driver that is loaded anew, a reboot or the driver's own word ends it, and becomes
 * INFO with age. What cannot be read is not OK.
 */
final class XidCheck implements Check {

    static final Setting<XidOverrides> OVERRIDE = XidOverrides.setting("xid.override");

    static final Setting<Duration> TRANSIENT_FOR = Setting.duration(
            "xid.transient-for",
            Duration.ofHours(2),
            Duration.ofMinutes(1),
            Duration.ofDays(30),
            "how long an Xid that needs no reset, such as a program's own fault, stays a WARNING");

    static final Setting<Duration> OPEN_FOR = Setting.duration(
            "xid.open-for",
            Duration.ofDays(7),
            Duration.ofMinutes(1),
            Duration.ofDays(365),
            "how long an Xid that nothing has ended stays CRITICAL");

    private static final CheckSpec SPEC = new CheckSpec(
                    "xid",
                    "Xid, SXid and other errors of GPUs in the kernel log",
                    Set.of(),
                    List.of(OVERRIDE, TRANSIENT_FOR, OPEN_FOR),
                    XidRules.ALL)
            .needing(CheckSpec.Need.PROCESSES);

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(Evidence evidence) {
        Reading<KernelLog> reading = evidence.kernelLog();
        Optional<KernelLog> log = reading.value();
        if (log.isEmpty()) {
            return List.of(unread(reading));
        }
        Closings closings = new Closings(log.get(), evidence.sample());
        XidFindings findings = new XidFindings(evidence, closings);
        Set<String> devices = nvidiaDevices(evidence);
        List<Episode> episodes = Episodes.of(log.get()).stream()
                .filter(episode -> !XidRules.isPcieError(episode)
                        || episode.key().pciBusId().filter(devices::contains).isPresent())
                .toList();
        List<Finding> found = new ArrayList<>();
        episodes.forEach(episode -> findings.of(episode).ifPresent(found::add));
        found.addAll(new XidRepeats(evidence, closings).findings(episodes));
        log.get().gaps().forEach(gap -> found.add(gap(gap, log.get())));
        return found.isEmpty() ? List.of(nothing(log.get(), evidence)) : found;
    }

    private static Set<String> nvidiaDevices(Evidence evidence) {
        DriverState driver = evidence.sample().driver();
        Set<String> devices = driver.pciDevices().value().stream()
                .flatMap(List::stream)
                .map(PciDevice::address)
                .collect(Collectors.toSet());
        evidence.sample().gpus().forEach(gpu -> gpu.identity().pciBusId().ifPresent(devices::add));
        return devices;
    }

    /** Nobody looked, or may look: skipped, with the reason. A log that should have been readable is not known. */
    private static Finding unread(Reading<KernelLog> reading) {
        boolean rights = reading.reason().equals(Optional.of(Reading.Reason.NO_PERMISSION));
        Status status = reading.failed() && !rights ? Status.UNKNOWN : Status.SKIPPED;
        Finding.Builder finding = Finding.builder(status, Subject.node(), reading.describe());
        return reading.source().isEmpty()
                ? finding.build()
                : finding.proof(reading.source(), reading.describe()).build();
    }

    private static Finding gap(String gap, KernelLog log) {
        return Finding.builder(Status.INFO, Subject.node(), gap)
                .action("what was said before may be in the journal: journalctl -k -b | gpudiag xid")
                .proof(log.source(), gap)
                .build();
    }

    private static Finding nothing(KernelLog log, Evidence evidence) {
        String since = log.begins()
                .map(begins -> Duration.between(begins, evidence.sample().takenAt()))
                .filter(reach -> !reach.isNegative())
                .map(reach -> ", which reaches back " + Amounts.duration(reach))
                .orElse("");
        return Finding.builder(Status.OK, Subject.node(), "nothing about GPUs in the kernel log" + since)
                .proof(log.source(), "no Xid, SXid or other error of a GPU")
                .build();
    }
}
