package dev.gpudiag.agent.cli;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The GPUs that a report is narrowed to, named by index, UUID (or its beginning) or PCI address.
 *
 * <p>All GPUs are judged all the same, since checks hold them against each other; what is about others is left out.
 */
record GpuSelection(List<String> names) {

    private static final int SHORTEST_UUID = "GPU-".length() + 4;

    GpuSelection {
        names = List.copyOf(names);
    }

    /** The part of the report that is about the node and these GPUs; all of it where there is no GPU at all. */
    Report narrow(Report report) throws UsageException {
        NodeSample sample = report.sample();
        if (names.isEmpty() || sample.gpus().isEmpty()) {
            return report;
        }
        Set<String> chosen = keys(sample.gpus());
        NodeSample narrowed = new NodeSample(
                sample.takenAt(),
                sample.source(),
                sample.driver(),
                sample.gpus().stream()
                        .filter(gpu -> chosen.contains(gpu.identity().key()))
                        .toList(),
                sample.host(),
                sample.endpoints(),
                sample.rdma());
        return new Report(
                narrowed,
                report.results().stream().map(result -> narrow(result, chosen)).toList(),
                report.baseline());
    }

    private Set<String> keys(List<GpuSample> gpus) throws UsageException {
        Set<String> keys = new LinkedHashSet<>();
        List<String> errors = new ArrayList<>();
        for (String name : names) {
            List<String> matching = gpus.stream()
                    .map(GpuSample::identity)
                    .filter(gpu -> matches(gpu, name))
                    .map(GpuIdentity::key)
                    .toList();
            if (matching.size() != 1) {
                errors.add("--gpu: " + (matching.isEmpty() ? "no GPU '" : "more than one GPU '") + name + "'");
            }
            keys.addAll(matching);
        }
        if (!errors.isEmpty()) {
            errors.add("there are: "
                    + String.join(
                            ", ",
                            gpus.stream()
                                    .map(gpu -> gpu.identity().index()
                                            + " ("
                                            + gpu.identity().pciBusId().orElse("address unknown") + ")")
                                    .toList()));
            throw new UsageException(String.join("\n", errors));
        }
        return keys;
    }

    private static boolean matches(GpuIdentity gpu, String name) {
        if (name.matches("\\d{1,4}")) {
            return gpu.index() == Integer.parseInt(name);
        }
        if (name.indexOf(':') >= 0) {
            return gpu.pciBusId().filter(sysfs(name)::equals).isPresent();
        }
        return name.length() >= SHORTEST_UUID
                && gpu.uuid()
                        .filter(uuid -> uuid.regionMatches(true, 0, name, 0, name.length()))
                        .isPresent();
    }

    /** {@code 65:00.0}, {@code 0000:65:00.0} and NVML's {@code 00000000:65:00.0} as sysfs writes them. */
    private static String sysfs(String address) {
        String[] parts = address.toLowerCase(Locale.ROOT).split(":", -1);
        String domain = parts.length < 3 ? "0000" : parts[0].replaceFirst("^0{4}(?=[0-9a-f]{4}$)", "");
        String rest = parts.length < 3 ? address.toLowerCase(Locale.ROOT) : parts[1] + ":" + parts[2];
        return domain + ":" + rest;
    }

    private static CheckResult narrow(CheckResult result, Set<String> chosen) {
        List<Finding> findings = result.findings().stream()
                .filter(finding -> isAbout(finding.subject(), chosen))
                .toList();
        if (findings.size() == result.findings().size()) {
            return result;
        }
        if (findings.isEmpty()) {
            return new CheckResult(result.id(), Status.SKIPPED, "nothing about the chosen GPU", findings);
        }
        Status status = findings.stream().map(Finding::status).reduce(Status.SKIPPED, Status::worse);
        Finding worst = findings.stream()
                .filter(finding -> finding.status() == status)
                .findFirst()
                .orElseThrow();
        String subject = worst.subject().kind() == Subject.Kind.NODE
                ? ""
                : worst.subject().describe() + ": ";
        return new CheckResult(result.id(), status, subject + worst.seen(), findings);
    }

    private static boolean isAbout(Subject subject, Set<String> chosen) {
        return subject.gpu().isEmpty() || chosen.contains(subject.gpu().get().key());
    }
}
