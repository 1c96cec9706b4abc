package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.HostSample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Processes that hold memory of a GPU and are dead, or wait in the kernel where no signal reaches them. */
final class StuckHolders {

    static final Rule RULE = new Rule(
            "mem.zombie_holder",
            "NVML's process lists, /proc/PID/stat, /proc/PID/fd",
            "a holder is a zombie, not in /proc, or in state D without a break, for more than 60 s",
            Status.WARNING,
            "end its parent, or drain the GPU and reset it",
            "gpudiag");

    private static final Duration LEAST = Duration.ofSeconds(60);

    private StuckHolders() {}

    static List<Finding> of(GpuSample gpu, Evidence evidence) {
        HostSample host = evidence.sample().host();
        if (!host.holders().isPresent()) {
            return List.of();
        }
        List<ComputeProcess> listed = gpu.processes().value().orElse(List.of());
        List<Finding> findings = new ArrayList<>();
        for (GpuHolder holder : host.holders().value().orElse(List.of())) {
            boolean ofThisGpu = UnlistedHolders.hasOpen(holder, gpu)
                    || listed.stream().anyMatch(process -> process.pid() == holder.pid());
            String state = holder.state().value().orElse("");
            if (ofThisGpu && state.startsWith("D")) {
                lasting(evidence, evidence.history().stuckSince(holder))
                        .ifPresent(time -> findings.add(waiting(gpu, holder, time)));
            } else if (ofThisGpu && (state.startsWith("Z") || state.startsWith("X"))) {
                findings.add(dead(gpu, holder, evidence));
            }
        }
        if (evidence.sample()
                .driver()
                .get(HostQuantities.HOST_PROCESSES_VISIBLE)
                .value()
                .orElse(false)) {
            listed.stream()
                    .map(ComputeProcess::pid)
                    .distinct()
                    .filter(pid -> host.holder(pid).isEmpty())
                    .flatMap(pid -> lasting(evidence, evidence.history().absentSince(pid)).stream()
                            .map(time -> absent(gpu, pid, time)))
                    .forEach(findings::add);
        }
        return findings;
    }

    private static Optional<Duration> lasting(Evidence evidence, Optional<Instant> since) {
        return since.map(begun -> Duration.between(begun, evidence.sample().takenAt()))
                .filter(time -> time.compareTo(LEAST) > 0);
    }

    private static Finding waiting(GpuSample gpu, GpuHolder holder, Duration time) {
        return Finding.builder(
                        Status.WARNING,
                        Subject.process(gpu.identity(), holder.pid()),
                        UnlistedHolders.describe(holder) + ": waits in the kernel for " + Amounts.duration(time))
                .rule(RULE.id())
                .limit(Amounts.duration(LEAST))
                .why("No signal reaches it, so that its memory stays taken until the call that it waits for returns.")
                .measured("stuck_seconds", (double) time.toSeconds(), "seconds")
                .proof(holder.state().source(), "state " + holder.state().describe())
                .action("see where it waits, as root: cat /proc/" + holder.pid() + "/stack")
                .action("look for an Xid or a storage that hangs: dmesg -T | tail -50")
                .action("if it waits in the NVIDIA driver, drain the node and reboot it")
                .build();
    }

    private static Finding dead(GpuSample gpu, GpuHolder holder, Evidence evidence) {
        Optional<Duration> time = lasting(evidence, evidence.history().stuckSince(holder));
        String lasted = time.map(length -> ", for " + Amounts.duration(length)).orElse(", seen once");
        return Finding.builder(
                        time.isPresent() ? Status.WARNING : Status.INFO,
                        Subject.process(gpu.identity(), holder.pid()),
                        UnlistedHolders.describe(holder) + ": dead and still holds the GPU" + lasted)
                .rule(RULE.id())
                .limit(Amounts.duration(LEAST))
                .why("Its memory is not given back while it, or a thread of it that hangs, is still there.")
                .proof(holder.state().source(), "state " + holder.state().describe())
                .action("end its parent, which has not collected it: grep PPid /proc/" + holder.pid() + "/status")
                .action("look whether a thread of it hangs: cat /proc/" + holder.pid() + "/task/*/stat")
                .action("if that does not help, drain the GPU and reset it: nvidia-smi --gpu-reset -i "
                        + gpu.identity().index())
                .build();
    }

    private static Finding absent(GpuSample gpu, long pid, Duration time) {
        return Finding.builder(
                        Status.WARNING,
                        Subject.process(gpu.identity(), pid),
                        "the driver lists pid " + pid + ", which does not exist, for " + Amounts.duration(time))
                .rule(RULE.id())
                .limit(Amounts.duration(LEAST))
                .why("A process that has ended should have given its memory back.")
                .measured("stuck_seconds", (double) time.toSeconds(), "seconds")
                .proof("/proc/" + pid, "not there")
                .proof(gpu.processes().source(), "lists pid " + pid)
                .action("drain the GPU and reset it: nvidia-smi --gpu-reset -i "
                        + gpu.identity().index())
                .build();
    }
}
