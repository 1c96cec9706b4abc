package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.checks.kernellog.Closings;
import dev.gpudiag.checks.kernellog.Episode;
import dev.gpudiag.checks.kernellog.KernelEvent;
import dev.gpudiag.checks.kernellog.KernelEvent.Kind;
import dev.gpudiag.checks.kernellog.LoggedEvent;
import dev.gpudiag.checks.kernellog.SwitchErrors;
import dev.gpudiag.checks.kernellog.XidCatalogue;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.KnownProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@code xid} says of an episode of the kernel log: how bad it is now, whom it hit, what to do. */
final class XidFindings {

    private static final XidCatalogue CATALOGUE = XidCatalogue.shipped();
    private static final SwitchErrors SWITCHES = SwitchErrors.shipped();
    private static final int PROOFS = 3;
    private static final String DRAIN = "drain the node: let jobs end or move them (kubectl drain, scontrol update)";

    private final Evidence evidence;
    private final Closings closings;
    private final Instant now;

    XidFindings(Evidence evidence, Closings closings) {
        this.evidence = evidence;
        this.closings = closings;
        this.now = evidence.sample().takenAt();
    }

    /** Whether programs usually cause this Xid themselves. */
    static boolean isOfApplication(int xid) {
        return CATALOGUE
                .find(xid)
                .filter(entry -> entry.origin() == XidCatalogue.Origin.APPLICATION)
                .isPresent();
    }

    /** The finding of an episode; empty where the operator has said that it is not to be told. */
    Optional<Finding> of(Episode episode) {
        LoggedEvent spokesman = episode.spokesman();
        Status severity =
                evidence.setting(XidCheck.OVERRIDE).of(spokesman.event()).orElse(severity(episode));
        if (severity == Status.OK) {
            return Optional.empty();
        }
        Optional<String> over = over(episode, severity);
        Finding.Builder finding = Finding.builder(
                        over.isPresent() ? Status.INFO : severity, subject(episode), seen(episode, over))
                .rule(XidRules.of(episode))
                .measured("events", episode.times(), "count")
                .measured("bursts", episode.bursts(), "count");
        episode.age(now).ifPresent(age -> finding.measured("age", age.toMillis() / 1000.0, "seconds"));
        if (over.isEmpty()) {
            finding.limit(limit(severity)).why(why(episode));
            actions(episode).forEach(finding::action);
        }
        proofs(episode, finding);
        return Optional.of(finding.build());
    }

    /** An API mismatch while NVML answers is a program's with another library: nothing is wrong with the node. */
    private Status severity(Episode episode) {
        boolean harmless = episode.spokesman().event().message().startsWith("API mismatch")
                && evidence.sample().driver().usable();
        return harmless ? Status.WARNING : episode.severity();
    }

    /** Why this asks for nothing any more; empty while it does. */
    private Optional<String> over(Episode episode, Status severity) {
        if (!severity.isProblem()) {
            return Optional.empty();
        }
        return closings.of(episode).or(() -> {
            Duration limit = evidence.setting(duration(severity));
            return episode.age(now)
                    .filter(age -> age.compareTo(limit) > 0)
                    .map(age -> "not again for " + Amounts.duration(limit));
        });
    }

    private static Setting<Duration> duration(Status severity) {
        return severity == Status.CRITICAL ? XidCheck.OPEN_FOR : XidCheck.TRANSIENT_FOR;
    }

    private String limit(Status severity) {
        if (!severity.isProblem()) {
            return "";
        }
        return "open until a reset, a driver reload, a reboot or Xid 154 to None; INFO after "
                + Amounts.duration(evidence.setting(duration(severity)));
    }

    private Subject subject(Episode episode) {
        return closings.gpu(episode).map(gpu -> Subject.gpu(gpu.identity())).orElse(Subject.node());
    }

    private String seen(Episode episode, Optional<String> over) {
        StringBuilder seen = new StringBuilder();
        if (closings.gpu(episode).isEmpty()) {
            episode.key().pciBusId().ifPresent(address -> seen.append(address).append(": "));
        }
        seen.append(name(episode));
        episode.key()
                .gpuInstance()
                .ifPresent(instance -> seen.append(" in GPU instance ").append(instance));
        episode.age(now)
                .ifPresent(
                        age -> seen.append(", ").append(Amounts.duration(age)).append(" ago"));
        if (episode.times() > 1) {
            seen.append(", ").append(episode.times()).append(" times");
        }
        if (episode.bursts() > 1) {
            seen.append(" in ").append(episode.bursts()).append(" bursts");
        }
        process(episode).ifPresent(process -> seen.append(", by ").append(process));
        over.ifPresent(why -> seen.append("; over: ").append(why));
        return seen.toString();
    }

    private static String name(Episode episode) {
        KernelEvent event = episode.spokesman().event();
        return switch (episode.key().kind()) {
            case XID, BUS_LOSS -> {
                int code = episode.key().code().orElseThrow();
                yield "Xid " + code
                        + CATALOGUE
                                .find(code)
                                .map(entry -> ": " + (entry.meaning().isEmpty() ? "reserved" : entry.meaning()))
                                .orElse(": not in the catalogue");
            }
            case SXID -> {
                int code = event.code().orElseThrow();
                yield "SXid " + code + " of an NVSwitch"
                        + SWITCHES.find(code)
                                .map(entry -> ": " + entry.meaning())
                                .orElse("");
            }
            case OTHER -> event.message();
        };
    }

    /** The process that the driver names last, and who it works for, also where it has ended. */
    private Optional<String> process(Episode episode) {
        for (LoggedEvent event : episode.events().reversed()) {
            if (event.event().pid().isPresent()) {
                long pid = event.event().pid().getAsLong();
                Optional<KnownProcess> known = event.at().isPresent()
                        ? evidence.process(pid, event.at().get())
                        : Optional.empty();
                String named = event.event()
                        .process()
                        .map(name -> name + " (pid " + pid + ")")
                        .orElse("pid " + pid);
                return Optional.of(known.map(KnownProcess::describe).orElse(named));
            }
        }
        return Optional.empty();
    }

    private static String why(Episode episode) {
        if (episode.key().kind() == Kind.SXID) {
            return "An NVSwitch carries the NVLink traffic of all GPUs: programs that use it fail or hang.";
        }
        if (episode.key().kind() == Kind.OTHER) {
            return "The kernel or the driver has reported it; programs that use the GPU may have failed.";
        }
        return CATALOGUE
                .find(episode.key().code().orElseThrow())
                .map(entry -> switch (entry.origin()) {
                    case APPLICATION ->
                        "Usually the program's own fault, such as an illegal address; the GPU stays usable.";
                    case DRIVER ->
                        "Driver or firmware failed; programs on this GPU may fail or hang until it is reset.";
                    case HARDWARE ->
                        "The hardware or its connection failed; programs on this GPU fail, or compute wrongly.";
                    case INFORMATION -> "The driver says what this GPU needs.";
                    case UNUSED -> "NVIDIA has not published what this number means.";
                })
                .orElse("The number is newer than the catalogue of gpudiag.");
    }

    private List<String> actions(Episode episode) {
        if (episode.isXid(Episode.FALLEN_OFF_BUS)) {
            return List.of(
                    DRAIN,
                    "power-cycle the node (cold, not a reboot)",
                    "if it comes back: look at power, riser and slot, reseat or replace the GPU");
        }
        List<String> actions = new ArrayList<>();
        closings.demandedRecovery(episode)
                .filter(demand -> !episode.isXid(154))
                .ifPresent(demand -> actions.add(
                        "the driver asks (Xid 154): " + demand.event().action()));
        if (actions.isEmpty()) {
            actions.add(episode.spokesman().event().action());
        }
        boolean named = episode.spokesman().event().action().contains("restart");
        process(episode).filter(process -> named).ifPresent(process -> actions.add("the program is " + process));
        return actions;
    }

    private void proofs(Episode episode, Finding.Builder finding) {
        List<LoggedEvent> events = episode.events();
        events.subList(Math.max(0, events.size() - PROOFS), events.size())
                .forEach(event -> finding.proof(event.source(), event.line()));
        if (!episode.followers().isEmpty()) {
            finding.proof(
                    episode.followers().getFirst().source(),
                    "brought about " + Amounts.plural(episode.followers().size(), "Xid 45"));
        }
        closings.demandedRecovery(episode)
                .filter(demand -> !events.contains(demand))
                .ifPresent(demand -> finding.proof(demand.source(), demand.line()));
        if (episode.severity() == Status.CRITICAL) {
            closings.gpu(episode).flatMap(XidFindings::identity).ifPresent(text -> finding.proof("GPU", text));
        }
    }

    /** What a vendor asks for. */
    private static Optional<String> identity(GpuSample gpu) {
        List<String> parts = new ArrayList<>();
        gpu.value(GpuQuantities.SERIAL).ifPresent(serial -> parts.add("serial " + serial));
        gpu.value(GpuQuantities.BOARD_PART_NUMBER).ifPresent(part -> parts.add("part " + part));
        gpu.value(GpuQuantities.VBIOS_VERSION).ifPresent(version -> parts.add("VBIOS " + version));
        return parts.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", parts));
    }
}
