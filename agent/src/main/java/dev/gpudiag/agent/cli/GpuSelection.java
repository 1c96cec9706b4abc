package dev.gpudiag.agent.cli;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.NodeSample;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The GPUs that a report is narrowed to, named by index, UUID (or its beginning) or PCI address, and MIG devices, named by
 * UUID or as {@code GPU:INDEX}.
 *
 * <p>All GPUs are judged all the same, since checks hold them against each other; what is about others is left out.
 */
record GpuSelection(List<String> names) {

    private static final int SHORTEST_UUID = "GPU-".length() + 4;
    private static final Pattern MIG_DEVICE = Pattern.compile("(\\d{1,4}):(\\d{1,3})");

    GpuSelection {
        names = List.copyOf(names);
    }

    /**
     * One thing that a name means.
     *
     * @param gpu key of the GPU
     * @param mig the MIG device on it, or all of the GPU
     */
    private record Choice(String gpu, OptionalInt mig) {

        boolean contains(Subject subject) {
            return subject.gpu().map(GpuIdentity::key).filter(gpu::equals).isPresent()
                    && (mig.isEmpty() || subject.mig().isEmpty() || mig.equals(subject.mig()));
        }
    }

    /** The part of the report that is about the node and these GPUs; all of it where there is no GPU at all. */
    Report narrow(Report report) throws UsageException {
        NodeSample sample = report.sample();
        if (names.isEmpty() || sample.gpus().isEmpty()) {
            return report;
        }
        Set<Choice> chosen = choices(sample.gpus());
        NodeSample narrowed = new NodeSample(
                sample.takenAt(),
                sample.source(),
                sample.driver(),
                sample.gpus().stream()
                        .filter(gpu -> chosen.stream()
                                .anyMatch(choice ->
                                        choice.gpu().equals(gpu.identity().key())))
                        .toList(),
                sample.host(),
                sample.endpoints(),
                sample.rdma());
        return new Report(
                narrowed,
                report.results().stream().map(result -> narrow(result, chosen)).toList(),
                report.baseline());
    }

    private Set<Choice> choices(List<GpuSample> gpus) throws UsageException {
        Set<Choice> choices = new LinkedHashSet<>();
        List<String> errors = new ArrayList<>();
        for (String name : names) {
            List<Choice> matching =
                    gpus.stream().flatMap(gpu -> choices(gpu, name).stream()).toList();
            if (matching.size() != 1) {
                String kind = isMig(name) ? "MIG device" : "GPU";
                errors.add("--gpu: " + (matching.isEmpty() ? "no " : "more than one ") + kind + " '" + name + "'");
            }
            choices.addAll(matching);
        }
        if (!errors.isEmpty()) {
            errors.add("there are: "
                    + String.join(
                            ", ", gpus.stream().map(GpuSelection::describe).toList()));
            throw new UsageException(String.join("\n", errors));
        }
        return choices;
    }

    private static String describe(GpuSample gpu) {
        String migs = gpu.migDevices().value().orElse(List.of()).stream()
                .map(device -> ", MIG " + gpu.identity().index() + ":" + device.index())
                .collect(Collectors.joining());
        return gpu.identity().index() + " (" + gpu.identity().pciBusId().orElse("address unknown") + migs + ")";
    }

    private static boolean isMig(String name) {
        return name.regionMatches(true, 0, "MIG-", 0, 4)
                || MIG_DEVICE.matcher(name).matches();
    }

    private static List<Choice> choices(GpuSample gpu, String name) {
        if (!isMig(name)) {
            return matches(gpu.identity(), name)
                    ? List.of(new Choice(gpu.identity().key(), OptionalInt.empty()))
                    : List.of();
        }
        return gpu.migDevices().value().orElse(List.of()).stream()
                .filter(device -> matches(gpu, device, name))
                .map(device -> new Choice(gpu.identity().key(), OptionalInt.of(device.index())))
                .toList();
    }

    private static boolean matches(GpuSample gpu, MigDevice device, String name) {
        Matcher numbers = MIG_DEVICE.matcher(name);
        if (numbers.matches()) {
            return gpu.identity().index() == Integer.parseInt(numbers.group(1))
                    && device.index() == Integer.parseInt(numbers.group(2));
        }
        return name.length() >= SHORTEST_UUID
                && device.readings()
                        .value(GpuQuantities.MIG_UUID)
                        .filter(uuid -> uuid.regionMatches(true, 0, name, 0, name.length()))
                        .isPresent();
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

    private static CheckResult narrow(CheckResult result, Set<Choice> chosen) {
        List<Finding> findings = result.findings().stream()
                .filter(finding -> isAbout(finding.subject(), chosen))
                .toList();
        if (findings.size() == result.findings().size()) {
            return result;
        }
        if (findings.isEmpty()) {
            return new CheckResult(result.id(), Status.SKIPPED, "nothing about what --gpu names", findings);
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

    private static boolean isAbout(Subject subject, Set<Choice> chosen) {
        return subject.gpu().isEmpty() || chosen.stream().anyMatch(choice -> choice.contains(subject));
    }
}
