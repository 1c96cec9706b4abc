package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.checks.kernellog.Closings;
import dev.gpudiag.checks.kernellog.Episode;
import dev.gpudiag.checks.kernellog.Episodes;
import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.kernellog.LoggedEvent;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuSample;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A driver that waits for one GPU and blocks every other: one finding about the node, with whom it probably waits for.
 *
 * <p>The suspect is the GPU of the first Xid 79, 119 or 120 that is not over, else the processes that wait in the kernel.
 */
final class WedgedDriver {

    private static final int FEWEST_GPUS = 2;
    private static final int PROCESSES = 5;
    private static final Set<Integer> SUSPICIOUS = Set.of(Episode.FALLEN_OFF_BUS, 119, 120);

    private final Evidence evidence;

    WedgedDriver(Evidence evidence) {
        this.evidence = evidence;
    }

    /** The finding where no GPU of several answers by the deadline; empty where one of them answers. */
    Optional<Finding> finding() {
        List<GpuSample> gpus = evidence.sample().gpus();
        boolean none = gpus.size() >= FEWEST_GPUS
                && gpus.stream().allMatch(gpu -> gpu.condition().state() == GpuCondition.State.UNRESPONSIVE);
        if (!none) {
            return Optional.empty();
        }
        Finding.Builder finding = Finding.builder(
                        Status.CRITICAL,
                        Subject.node(),
                        "the driver does not answer for any of " + gpus.size() + " GPUs"
                                + suspect()
                                        .map(event -> ", probably because of " + name(event))
                                        .orElse(""))
                .rule("devices.driver_wedged")
                .why("One GPU or its firmware that hangs holds locks of the driver, and every program that asks it"
                        + " waits as well and cannot be killed.")
                .measured("gpus", gpus.size(), "count");
        if (suspect().isEmpty()) {
            finding.action("look for the first Xid 119, 120 or 79: dmesg -T | grep -E 'NVRM|Xid'");
        }
        finding.action("drain the node: let jobs end or move them (kubectl drain, scontrol update)")
                .action("reboot the node; power-cycle it if the reboot hangs");
        suspect()
                .ifPresent(event -> finding.action("if it comes again: suspect "
                        + event.event().pciBusId().orElse("the GPU that is named") + ", reseat or replace it"));
        finding.proof(
                "GPU " + gpus.getFirst().identity().index(),
                gpus.getFirst().condition().detail());
        proofs(finding);
        return Optional.of(finding.build());
    }

    /** The finding of a driver that does not even start, with the suspect. */
    Finding withSuspect(Finding finding) {
        Finding.Builder more = Finding.builder(
                        finding.status(),
                        finding.subject(),
                        finding.seen()
                                + suspect()
                                        .map(event -> ", probably because of " + name(event))
                                        .orElse(""))
                .rule("drv.not_answering")
                .why(finding.why())
                .limit(finding.limit());
        finding.actions().forEach(more::action);
        finding.evidence().forEach(proof -> more.proof(proof.source(), proof.value()));
        proofs(more);
        return more.build();
    }

    private void proofs(Finding.Builder finding) {
        suspect().ifPresent(event -> finding.proof(event.source(), event.line()));
        waiting().stream()
                .limit(PROCESSES)
                .forEach(holder -> finding.proof(
                        "/proc/" + holder.pid() + "/stat",
                        holder.command().value().orElse("a process") + " waits in the kernel (state D)"
                                + holder.knownWorkload()
                                        .map(workload -> ", of " + workload.describe())
                                        .orElse("")));
    }

    private List<GpuHolder> waiting() {
        return evidence.sample().host().holders().value().stream()
                .flatMap(List::stream)
                .filter(holder -> holder.state().value().filter("D"::equals).isPresent())
                .toList();
    }

    /** The first event of the oldest suspicious Xid that nothing has ended. */
    private Optional<LoggedEvent> suspect() {
        Optional<KernelLog> log = evidence.kernelLog().value();
        if (log.isEmpty()) {
            return Optional.empty();
        }
        Closings closings = new Closings(log.get(), evidence.sample());
        return Episodes.of(log.get()).stream()
                .filter(episode -> SUSPICIOUS.stream().anyMatch(episode::isXid))
                .filter(episode -> closings.of(episode).isEmpty())
                .map(episode -> episode.events().stream()
                        .filter(closings::isOfThisBoot)
                        .findFirst()
                        .orElse(episode.last()))
                .min(Comparator.comparing((LoggedEvent event) -> event.at().orElse(Instant.MAX)));
    }

    private String name(LoggedEvent event) {
        String gpu = evidence.sample().gpus().stream()
                .filter(each -> each.identity().pciBusId().equals(event.event().pciBusId()))
                .map(each -> " of gpu " + each.identity().index())
                .findFirst()
                .orElse("");
        return "the Xid " + event.event().code().orElse(Episode.FALLEN_OFF_BUS) + gpu
                + event.event().pciBusId().map(address -> " (" + address + ")").orElse("");
    }
}
