package dev.gpudiag.checks.cuda;

import dev.gpudiag.checks.cuda.CompatibilityQuestion.GpuClass;
import dev.gpudiag.checks.cuda.Decision.Result;
import dev.gpudiag.telemetry.Version;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a forward-compatibility libcuda in the program does: it is used also where it is not needed. */
final class ForwardCompatibility {

    private static final int INSUFFICIENT_DRIVER = 35;
    private static final int UNSUPPORTED_COMBINATION = 803;
    private static final int UNSUPPORTED_HARDWARE = 804;

    /** Versions from here on are those of a driver, not of CUDA. */
    private static final int DRIVER_FROM = 100;

    /** New-feature branches: they work as a base, and NVIDIA does not support them as one. */
    private static final List<Integer> UNSUPPORTED_BASES = List.of(590, 610);

    private static final String REMOVE = "take the compat directory out of LD_LIBRARY_PATH and ld.so.conf";

    private final CompatibilityTable table;

    ForwardCompatibility(CompatibilityTable table) {
        this.table = table;
    }

    /**
     * What it does.
     *
     * @param plain what would be without it
     */
    Decision decide(CompatibilityQuestion question, Version driverCuda, Toolkit toolkit, Decision plain) {
        Version library = question.compatLibrary().orElseThrow();
        Optional<Version> cuda = library.major() >= DRIVER_FROM ? table.driverCuda(library) : Optional.of(library);
        Optional<Toolkit> release = cuda.filter(version -> version.size() > 1).flatMap(table::toolkit);
        if (release.isEmpty()) {
            return Decision.unknown(
                    library.size() == 1
                            ? "of the compatibility library only the number " + library + " is known"
                            : "the compatibility library " + library + " is not in this table of " + table.date(),
                    "use a newer gpudiag, or look it up in NVIDIA's CUDA compatibility guide");
        }
        Version minor = release.get().minorVersion();
        if (question.gpuClass().isEmpty()) {
            return Decision.unknown(
                    "forward compatibility works on data-centre boards; what this GPU is, is not known",
                    "say --gpu-class");
        }
        if (question.gpuClass().get() != GpuClass.DATACENTER) {
            return notDatacenter(question.gpuClass().get(), plain);
        }
        if (driverCuda.isAtLeast(minor)) {
            return withoutIt(
                    Decision.fails(
                            UNSUPPORTED_COMBINATION,
                            "forward",
                            "the compatibility library is CUDA " + minor + ", not newer than the driver's "
                                    + driverCuda,
                            List.of(REMOVE)),
                    plain);
        }
        if (!release.get().compatBases().contains(question.driver().major())) {
            return withoutIt(
                    Decision.fails(
                            UNSUPPORTED_COMBINATION, "forward", wrongBase(question, release.get()), List.of(REMOVE)),
                    plain);
        }
        return decideToolkit(question, toolkit, minor);
    }

    private static String wrongBase(CompatibilityQuestion question, Toolkit release) {
        String bases = release.compatBases().stream().map(base -> "R" + base).collect(Collectors.joining(", "));
        return release.compatPackage() + " does not work on driver branch R"
                + question.driver().major()
                + (bases.isEmpty() ? ": no supported branch takes it" : ", but on " + bases);
    }

    private static Decision notDatacenter(GpuClass kind, Decision plain) {
        String reason = "forward compatibility works on data-centre boards, this is "
                + (kind == GpuClass.GEFORCE ? "a GeForce" : "a workstation board");
        Decision fails = withoutIt(Decision.fails(UNSUPPORTED_HARDWARE, "forward", reason, List.of(REMOVE)), plain);
        return kind == GpuClass.GEFORCE
                ? fails
                : new Decision(
                        Result.AT_RISK,
                        "forward",
                        fails.cudaError(),
                        fails.needsDriver(),
                        List.of(reason + ", of which NVIDIA has approved some"),
                        fails.actions());
    }

    /** A failure that the library brings: what follows once it is gone. */
    private static Decision withoutIt(Decision failure, Decision plain) {
        if (plain.result().exitCode() <= Result.AT_RISK.exitCode()) {
            return failure.because("without the library: " + plain.result().word());
        }
        return new Decision(
                failure.result(),
                failure.mechanism(),
                failure.cudaError(),
                plain.needsDriver(),
                Stream.concat(failure.reasons().stream(), plain.reasons().stream())
                        .toList(),
                Stream.concat(
                                failure.actions().stream()
                                        .map(action -> action + "; without it the error is "
                                                + plain.cudaError().orElse(INSUFFICIENT_DRIVER) + ", so also:"),
                                plain.actions().stream())
                        .toList());
    }

    private static Decision decideToolkit(CompatibilityQuestion question, Toolkit toolkit, Version library) {
        Version wanted = toolkit.minorVersion();
        if (wanted.major() > library.major()) {
            return Decision.fails(
                            INSUFFICIENT_DRIVER,
                            "forward",
                            "CUDA " + wanted + " needs " + toolkit.compatPackage() + ", the library is CUDA " + library,
                            List.of("add " + toolkit.compatPackage() + " to the image"))
                    .needing(toolkit.floor());
        }
        Decision runs = Decision.runs(
                Result.RUNS_FORWARD,
                "forward",
                "the compatibility library brings CUDA " + library + " to driver " + question.driver());
        if (!library.isAtLeast(wanted)) {
            runs = runs.because("CUDA " + wanted + " runs on it by minor-version compatibility");
            if (question.jit()) {
                return Compatibility.riskOfCompiling(runs, toolkit);
            }
        }
        return UNSUPPORTED_BASES.contains(question.driver().major())
                ? runs.because("NVIDIA does not support R" + question.driver().major() + " as a base of it")
                : runs;
    }
}
