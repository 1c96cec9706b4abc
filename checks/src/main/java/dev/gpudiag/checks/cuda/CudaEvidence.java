package dev.gpudiag.checks.cuda;

import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNull;

import dev.gpudiag.telemetry.ProcessCuda.Trace;
import dev.gpudiag.telemetry.ProcessCuda.VersionTrace;
import dev.gpudiag.telemetry.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which CUDA a process uses, of all the traces that were found, and which of them say otherwise.
 *
 * <p>What it has mapped, and the wheels of that, say what it really uses: the newest of them counts. A file name of CUDA 12
 * may have the major version alone; the strongest trace of the same major then tells the rest. What only the file system
 * or the base image says need not be what runs.
 *
 * @param toolkit {@code 12.4}, or {@code 12} where no trace tells the minor version
 * @param traces that say so, the first one is the strongest
 * @param used whether the process itself uses it, rather than its image having it
 * @param conflicting the strongest trace of each other kind that says another version
 */
public record CudaEvidence(Version toolkit, List<VersionTrace> traces, boolean used, List<VersionTrace> conflicting) {

    private static final Set<Trace> USED = Set.of(Trace.MAPPED_LIBRARY, Trace.WHEEL);

    public CudaEvidence {
        requireNonNull(toolkit, "toolkit is null");
        traces = List.copyOf(traces);
        conflicting = List.copyOf(conflicting);
    }

    private record Parsed(VersionTrace trace, Version version) {

        boolean exact() {
            return version.size() > 1;
        }
    }

    /** The evidence in {@code traces}, which are strongest first; empty where none of them is a version. */
    public static Optional<CudaEvidence> of(List<VersionTrace> traces) {
        List<Parsed> parsed = traces.stream()
                .flatMap(trace ->
                        ToolkitText.parse(trace.version()).stream().map(version -> new Parsed(trace, minor(version))))
                .toList();
        List<Parsed> used = parsed.stream()
                .filter(each -> USED.contains(each.trace().trace()))
                .toList();
        if (used.isEmpty()) {
            return parsed.stream().findFirst().map(first -> evidence(List.of(first), parsed, false));
        }
        int major = used.stream().mapToInt(each -> each.version().major()).max().orElseThrow();
        Optional<Parsed> exact = used.stream()
                .filter(each -> each.exact() && each.version().major() == major)
                .max(comparing(Parsed::version));
        if (exact.isPresent()) {
            return Optional.of(evidence(List.of(exact.get()), parsed, true));
        }
        Parsed mapped = used.stream()
                .filter(each -> each.version().major() == major)
                .findFirst()
                .orElseThrow();
        List<Parsed> both = new ArrayList<>(List.of(mapped));
        parsed.stream()
                .filter(each -> each.exact() && each.version().major() == major)
                .findFirst()
                .ifPresent(both::add);
        return Optional.of(evidence(both, parsed, true));
    }

    /** Without the update or build, which change nothing about what runs. */
    private static Version minor(Version version) {
        return version.size() > 2 ? Version.of(version.major(), version.minor()) : version;
    }

    private static CudaEvidence evidence(List<Parsed> chosen, List<Parsed> all, boolean used) {
        Version toolkit = chosen.getLast().version();
        List<VersionTrace> conflicting = Arrays.stream(Trace.values())
                .flatMap(kind -> conflict(kind, toolkit, all).stream())
                .toList();
        return new CudaEvidence(toolkit, chosen.stream().map(Parsed::trace).toList(), used, conflicting);
    }

    /** Several packages may lie beside each other: a kind conflicts only where none of its traces agrees. */
    private static Optional<VersionTrace> conflict(Trace kind, Version toolkit, List<Parsed> all) {
        List<Parsed> ofKind =
                all.stream().filter(each -> each.trace().trace() == kind).toList();
        boolean agrees = ofKind.stream().anyMatch(each -> alike(each.version(), toolkit));
        return agrees ? Optional.empty() : ofKind.stream().findFirst().map(Parsed::trace);
    }

    private static boolean alike(Version one, Version other) {
        boolean majorsOnly = one.size() == 1 || other.size() == 1;
        return one.major() == other.major() && (majorsOnly || one.minor() == other.minor());
    }

    /** The evidence in words, hostile text as it is: {@code mapped /usr/lib/libcudart.so.12, then ...}. */
    public String describe() {
        return String.join(", ", traces.stream().map(CudaEvidence::describe).toList());
    }

    /** One trace in words. */
    public static String describe(VersionTrace trace) {
        return switch (trace.trace()) {
            case MAPPED_LIBRARY -> "mapped library " + trace.value();
            case WHEEL -> "wheel " + trace.value();
            case VERSION_FILE -> "version file " + trace.value();
            case PACKAGE -> "package " + trace.value();
            case ENVIRONMENT -> "environment " + trace.value();
            case IMAGE -> "image " + trace.value();
        };
    }
}
