package dev.gpudiag.checks.cuda;

import static java.util.Comparator.comparingInt;

import dev.gpudiag.checks.Proof;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.cuda.Decision.Result;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.ProcessCuda;
import dev.gpudiag.telemetry.ProcessCuda.MappedLibrary;
import dev.gpudiag.telemetry.ProcessCuda.VersionTrace;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Judges the CUDA of one process that holds a GPU: whether it runs on this driver and its GPUs, and by which evidence.
 *
 * <p>A process that holds GPU memory has been let in by the driver, whatever a table says: what should not have been
 * possible is then a warning. So is what only its image says, since pip may have put another CUDA on top. Pure and
 * thread-safe.
 */
public final class ProcessJudge {

    /** Errors that come before a program gets any memory on a GPU. */
    private static final Set<Integer> BEFORE_MEMORY = Set.of(35, 100, 802, 803, 804);

    private static final Pattern COMPAT_DIRECTORY = Pattern.compile("/cuda-(\\d{1,3}\\.\\d{1,3})/compat/");

    private final CompatibilityTable table;
    private final Compatibility compatibility;
    private final NodeSample sample;
    private final ContainerRules container;

    public ProcessJudge(CompatibilityTable table, NodeSample sample) {
        this.table = table;
        this.compatibility = new Compatibility(table);
        this.sample = sample;
        this.container = new ContainerRules(table, sample);
    }

    /**
     * What was found of one process.
     *
     * @param usesCuda whether it computes at all; display servers and monitoring hold a GPU too
     * @param answer what becomes of its CUDA program, empty where its version is not known
     */
    public record Verdict(boolean usesCuda, Optional<Answer> answer, List<Observation> observations) {}

    /** A decision with what it was taken on. */
    public record Answer(CudaEvidence evidence, Platform platform, Decision decision) {}

    /** The verdict; empty where its libraries could not be read, so that nothing can be said. */
    public Optional<Verdict> judge(GpuHolder holder) {
        Optional<List<MappedLibrary>> mapped =
                holder.cuda().value().flatMap(found -> found.libraries().value());
        if (mapped.isEmpty()) {
            return Optional.empty();
        }
        ProcessCuda cuda = holder.cuda().value().orElseThrow();
        DriverLibraries libraries = new DriverLibraries(mapped.get());
        if (!libraries.usesCuda() && !hasMemory(holder)) {
            return Optional.of(new Verdict(false, Optional.empty(), List.of()));
        }
        List<Platform> platforms = platforms(holder);
        List<Observation> observations = new ArrayList<>();
        Optional<Answer> answer = evidence(holder, cuda).flatMap(found -> answer(found, libraries, platforms));
        answer.ifPresentOrElse(
                found -> observe(found, holder, libraries, observations), () -> observations.add(unknownVersion(cuda)));
        staleLibraries(cuda, libraries, platforms.getFirst(), observations);
        observations.addAll(container.judge(holder, cuda, libraries, platforms, answer.map(Answer::decision)));
        return Optional.of(new Verdict(true, answer, observations));
    }

    /** What lies in a file system counts for a container; on a host it need not concern a program that has none of it. */
    private static Optional<CudaEvidence> evidence(GpuHolder holder, ProcessCuda cuda) {
        return cuda.versions()
                .value()
                .flatMap(CudaEvidence::of)
                .filter(found -> found.used() || ContainerRules.inContainer(holder));
    }

    private Optional<Answer> answer(CudaEvidence evidence, DriverLibraries libraries, List<Platform> platforms) {
        Optional<Version> compat = libraries.compat().flatMap(ProcessJudge::compatVersion);
        boolean compiles = libraries.compiler().isPresent();
        return platforms.stream()
                .flatMap(platform -> platform.question(evidence.toolkit(), compat, compiles).stream()
                        .map(question -> new Answer(evidence, platform, compatibility.decide(question))))
                .max(comparingInt((Answer answer) -> badness(answer.decision())));
    }

    private static int badness(Decision decision) {
        return decision.result() == Result.FAILS
                ? Integer.MAX_VALUE
                : decision.result().exitCode();
    }

    private static Optional<Version> compatVersion(MappedLibrary library) {
        Matcher directory = COMPAT_DIRECTORY.matcher(library.path());
        return DriverLibraries.driver(library)
                .or(() -> directory.find() ? Version.parse(directory.group(1)) : Optional.empty());
    }

    /** The GPUs that the process is on: by NVML, by its open device nodes, else any. */
    private List<Platform> platforms(GpuHolder holder) {
        List<GpuSample> byNvml = sample.gpus().stream()
                .filter(gpu -> entry(gpu, holder).isPresent())
                .toList();
        List<GpuSample> gpus = byNvml.isEmpty()
                ? sample.gpus().stream().filter(gpu -> isOpen(gpu, holder)).toList()
                : byNvml;
        return gpus.isEmpty()
                ? Platform.of(sample)
                : gpus.stream().map(gpu -> Platform.of(sample, gpu)).distinct().toList();
    }

    private static Optional<ComputeProcess> entry(GpuSample gpu, GpuHolder holder) {
        return gpu.processes().value().stream()
                .flatMap(List::stream)
                .filter(process -> process.pid() == holder.pid())
                .findFirst();
    }

    private static boolean isOpen(GpuSample gpu, GpuHolder holder) {
        Optional<String> node = gpu.value(GpuQuantities.MINOR_NUMBER).map(minor -> "/dev/nvidia" + minor);
        return node.isPresent()
                && holder.openDevices().value().orElse(List.of()).contains(node.get());
    }

    /** Whether it computes: a display server has memory as well. */
    private boolean hasMemory(GpuHolder holder) {
        return sample.gpus().stream()
                .flatMap(gpu -> entry(gpu, holder).stream())
                .filter(process -> process.type() != ComputeProcess.Type.GRAPHICS)
                .anyMatch(process -> process.usedMemoryBytes().value().orElse(0L) > 0);
    }

    private void observe(Answer answer, GpuHolder holder, DriverLibraries libraries, List<Observation> observations) {
        Decision decision = answer.decision();
        if (decision.result() != Result.RUNS && decision.result() != Result.RUNS_FORWARD) {
            observations.add(new Observation(
                    rule(decision),
                    status(answer, hasMemory(holder)),
                    seen(answer),
                    String.join("; ", decision.reasons()),
                    decision.actions(),
                    proofs(answer, libraries)));
        }
        if (!answer.evidence().conflicting().isEmpty()) {
            observations.add(conflict(answer.evidence()));
        }
    }

    private static String rule(Decision decision) {
        return switch (decision.cudaError().orElse(0)) {
            case 209 -> "ctr.arch_unsupported";
            case 803, 804 -> "ctr.compat_lib_active";
            case 802 -> "ctr.fabric_down";
            default -> "ctr.cuda_vs_driver";
        };
    }

    private static Status status(Answer answer, boolean hasMemory) {
        Decision decision = answer.decision();
        boolean doubtful = !answer.evidence().used()
                || (hasMemory && BEFORE_MEMORY.contains(decision.cudaError().orElse(0)));
        return switch (decision.result()) {
            case RUNS, RUNS_FORWARD -> Status.OK;
            case RUNS_MINOR, UNKNOWN -> Status.INFO;
            case AT_RISK -> Status.WARNING;
            case FAILS -> doubtful ? Status.WARNING : Status.CRITICAL;
        };
    }

    private String seen(Answer answer) {
        Decision decision = answer.decision();
        String driver = answer.platform().driver().map(Version::toString).orElse("unknown")
                + answer.platform()
                        .knownCuda(table)
                        .map(cuda -> " (CUDA " + cuda + ")")
                        .orElse("");
        String outcome = switch (decision.result()) {
            case RUNS, RUNS_FORWARD -> "runs";
            case RUNS_MINOR -> "runs by minor-version compatibility";
            case AT_RISK -> "may fail with error " + decision.cudaError().orElseThrow();
            case FAILS -> "fails with error " + decision.cudaError().orElseThrow();
            case UNKNOWN -> "is not judged";
        };
        return "CUDA " + answer.evidence().toolkit() + " on driver " + driver + " " + outcome + "; by "
                + answer.evidence().describe();
    }

    private static List<Proof> proofs(Answer answer, DriverLibraries libraries) {
        List<Proof> proofs = new ArrayList<>();
        answer.evidence().traces().forEach(trace -> proofs.add(new Proof(trace.source(), trace.value())));
        libraries.compat().ifPresent(library -> proofs.add(new Proof("mapped compatibility library", library.path())));
        if (answer.decision().result() == Result.AT_RISK) {
            libraries.compiler().ifPresent(library -> proofs.add(new Proof("compiles at run time", library.path())));
        }
        return proofs;
    }

    private static Observation conflict(CudaEvidence evidence) {
        List<String> others = evidence.conflicting().stream()
                .map(trace -> trace.version() + " by " + CudaEvidence.describe(trace))
                .toList();
        return new Observation(
                "ctr.conflicting_evidence",
                Status.INFO,
                "CUDA " + evidence.toolkit() + " by " + evidence.describe() + " counts; other traces: "
                        + String.join(", ", others),
                "What the process has mapped is what it uses; the rest describes its image.",
                List.of(),
                evidence.conflicting().stream()
                        .map(trace -> new Proof(trace.source(), trace.value()))
                        .toList());
    }

    /** A runtime that is linked into the program leaves no trace: that is no fault. */
    private static Observation unknownVersion(ProcessCuda cuda) {
        Reading<List<VersionTrace>> versions = cuda.versions();
        String reason = versions.isPresent()
                ? "no trace of a toolkit: its runtime is linked in statically"
                : versions.describe();
        return new Observation(
                "ctr.unknown_version",
                Status.INFO,
                "its CUDA version is not known: " + reason,
                "Whether it fits the driver cannot be told from outside.",
                List.of(),
                List.of(new Proof(versions.source(), reason)));
    }

    private void staleLibraries(
            ProcessCuda cuda, DriverLibraries libraries, Platform platform, List<Observation> observations) {
        Optional<Version> kernel = platform.driver();
        if (kernel.isEmpty()) {
            return;
        }
        String maps = cuda.libraries().source();
        List<MappedLibrary> stale = libraries.stale(kernel.get());
        if (!stale.isEmpty()) {
            observations.add(new Observation(
                    "ctr.lib_mismatch",
                    Status.CRITICAL,
                    "its driver library is "
                            + DriverLibraries.driver(stale.getFirst()).orElseThrow() + ", the loaded kernel module is "
                            + kernel.get(),
                    "It was started before the driver was changed; CUDA fails with error 803, NVML with 18.",
                    List.of("restart the container or program, so that it gets the driver's own libraries"),
                    stale.stream().map(library -> proof(maps, library)).toList()));
        }
        List<MappedLibrary> replaced = libraries.replaced(kernel.get());
        if (!replaced.isEmpty()) {
            observations.add(new Observation(
                    "ctr.lib_replaced",
                    Status.INFO,
                    "its driver library " + kernel.get() + " was replaced or removed on disk since it was started",
                    "It works on; what is started in the same container now may find no library, or another version.",
                    List.of("restart it after the reboot or reload that brings the new driver in"),
                    replaced.stream().map(library -> proof(maps, library)).toList()));
        }
    }

    private static Proof proof(String maps, MappedLibrary library) {
        return new Proof(maps, library.path() + (library.deleted() ? " (deleted)" : ""));
    }
}
