package dev.gpudiag.checks.cuda;

import dev.gpudiag.checks.cuda.CompatibilityQuestion.GpuClass;
import dev.gpudiag.checks.cuda.Decision.Result;
import dev.gpudiag.telemetry.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Decides whether a CUDA program runs on a driver and a GPU. Pure and thread-safe.
 *
 * <p>By NVIDIA's CUDA compatibility guide: an old program runs on a new driver; a new one on an older driver of the same
 * major version from a floor on; a newer one still with a forward-compatibility library, on data-centre boards and the
 * branches that NVIDIA names. What is newer than the table is UNKNOWN.
 */
public final class Compatibility {

    private static final int INSUFFICIENT_DRIVER = 35;
    private static final int NO_DEVICE = 100;
    private static final int NO_KERNEL_IMAGE = 209;
    private static final int UNSUPPORTED_PTX = 222;
    private static final int FABRIC_NOT_READY = 802;

    private final CompatibilityTable table;
    private final ForwardCompatibility forward;

    public Compatibility(CompatibilityTable table) {
        this.table = table;
        this.forward = new ForwardCompatibility(table);
    }

    public Decision decide(CompatibilityQuestion question) {
        return question.driver().size() == 1 ? decideBranch(question) : decideDriver(question);
    }

    /** A driver of which only the branch is given is answered where its oldest and its newest release have one answer. */
    private Decision decideBranch(CompatibilityQuestion question) {
        Version driver = question.driver();
        Version oldest = table.oldestOf(driver.major());
        Decision old = decideDriver(question.withDriver(new Version(oldest.numbers(), driver.text())));
        Decision young = decideDriver(
                question.withDriver(new Version(List.of(driver.major(), Integer.MAX_VALUE), driver.text())));
        return old.result() == young.result()
                ? young
                : Decision.unknown(
                        "of branch R" + driver.major() + ", the oldest driver " + oldest + " "
                                + old.result().word() + ", newer ones: "
                                + young.result().word(),
                        "say the whole version of the driver");
    }

    private Decision decideDriver(CompatibilityQuestion question) {
        return obstacle(question)
                .orElseGet(() -> question.toolkit().size() == 1 ? decideMajor(question) : decideToolkit(question));
    }

    /** A major version alone is answered by its worst minor version, unless some fail and others do not. */
    private Decision decideMajor(CompatibilityQuestion question) {
        List<Toolkit> minors = table.minors(question.toolkit().major());
        if (minors.isEmpty()) {
            return outsideTable(question.toolkit());
        }
        List<Decision> decisions = minors.stream()
                .map(minor -> decideToolkit(question.withToolkit(minor.minorVersion())))
                .toList();
        Decision oldest = decisions.getFirst();
        Decision newest = decisions.getLast();
        if (decisions.stream().allMatch(decision -> decision.result() == newest.result())) {
            return newest;
        }
        String known = "only the major version " + question.toolkit() + " is known: "
                + minors.getFirst().minorVersion() + " " + oldest.result().word() + ", "
                + minors.getLast().minorVersion() + " " + newest.result().word();
        String find = "find the minor version: cat /usr/local/cuda/version.json in the container";
        Decision worst = decisions.reversed().stream()
                .max(Comparator.comparing(Decision::result))
                .orElseThrow();
        return worst.result().exitCode() <= Result.AT_RISK.exitCode()
                ? worst.because(known)
                : Decision.unknown(known, find);
    }

    private Decision decideToolkit(CompatibilityQuestion question) {
        Optional<Toolkit> toolkit = table.toolkit(question.toolkit());
        if (toolkit.isEmpty() || table.isNewer(question.toolkit())) {
            return outsideTable(question.toolkit());
        }
        Version driverCuda = driverCuda(question).orElse(Version.of(0));
        Decision plain = byDriver(question, driverCuda, toolkit.get());
        Decision decision = question.compatLibrary().isPresent()
                ? forward.decide(question, driverCuda, toolkit.get(), plain)
                : plain;
        return withDriversWord(question, driverCuda, onGpu(question, toolkit.get(), decision));
    }

    private Decision outsideTable(Version toolkit) {
        if (table.isNewer(toolkit)) {
            return Decision.unknown(
                    "CUDA " + toolkit + " is newer than this table of " + table.date() + ", which ends at "
                            + table.newest().version(),
                    "use a newer gpudiag, or look it up in NVIDIA's CUDA release notes");
        }
        return Decision.unknown(
                "CUDA " + toolkit + " is not in this table of " + table.date() + ", of "
                        + table.toolkits().getFirst().version() + " to "
                        + table.newest().version(),
                "look it up in NVIDIA's CUDA release notes");
    }

    /** What stops every CUDA program, or the decision. */
    private Optional<Decision> obstacle(CompatibilityQuestion question) {
        Version driver = question.driver();
        if (driver.major() > table.branches().lastKey()) {
            return Optional.of(Decision.unknown(
                    "driver " + driver + " is newer than this table of " + table.date() + ", which ends at R"
                            + table.branches().lastKey(),
                    "use a newer gpudiag, or look it up in NVIDIA's CUDA release notes"));
        }
        if (driverCuda(question).isEmpty() && driver.major() >= table.branches().firstKey()) {
            return Optional.of(Decision.unknown(
                    "driver branch R" + driver.major() + " is not in this table of " + table.date(),
                    "look up in nvidia-smi which CUDA it runs"));
        }
        if (question.capability().isPresent()) {
            Version capability = question.capability().get();
            Optional<DriverSupport> support = DriverSupport.ofCapability(capability.major() + "." + capability.minor());
            if (support.isEmpty()) {
                return Optional.of(Decision.unknown(
                        "compute capability " + capability + " is not in this table of " + table.date(),
                        "use a newer gpudiag"));
            }
            Optional<String> refusal = support.get().refusal(driver.toString());
            if (refusal.isPresent()) {
                Decision fails = Decision.fails(
                        NO_DEVICE, "none", refusal.get(), List.of(support.get().remedy()));
                return Optional.of(
                        driver.major() < support.get().firstBranch()
                                ? fails.needing(leastDriver(support.get(), question))
                                : fails);
            }
        }
        return question.fabricDown()
                ? Optional.of(Decision.fails(
                        FABRIC_NOT_READY,
                        "none",
                        "this machine has NVSwitches, and its fabric manager does not run",
                        List.of("start nvidia-fabricmanager of the driver's own version")))
                : Optional.empty();
    }

    /** The first branch that runs the GPU, or what the toolkit needs if that is newer. */
    private Version leastDriver(DriverSupport support, CompatibilityQuestion question) {
        Version branch = Version.of(support.firstBranch());
        return table.toolkit(question.toolkit())
                .map(Toolkit::floor)
                .filter(floor -> floor.isAtLeast(branch))
                .orElse(branch);
    }

    /** By the table, since a driver that is asked through a forward-compatibility library says that library's CUDA. */
    private Optional<Version> driverCuda(CompatibilityQuestion question) {
        return table.driverCuda(question.driver())
                .or(() -> question.driverCuda()
                        .filter(said ->
                                question.driver().major() >= table.branches().firstKey()));
    }

    private Decision byDriver(CompatibilityQuestion question, Version driverCuda, Toolkit toolkit) {
        Version minor = toolkit.minorVersion();
        if (driverCuda.isAtLeast(minor)) {
            return Decision.runs(
                    Result.RUNS, "backward", "driver " + question.driver() + " runs CUDA up to " + driverCuda);
        }
        if (driverCuda.major() == minor.major() && question.driver().isAtLeast(toolkit.floor())) {
            Decision decision = Decision.runs(
                            Result.RUNS_MINOR,
                            "minor-version",
                            "driver " + question.driver() + " is CUDA " + driverCuda + "; CUDA " + minor
                                    + " runs from driver " + toolkit.floor() + " on by minor-version compatibility")
                    .because("calls that are new in CUDA " + minor + " fail with error 36, PTX of it with error 222");
            return question.jit() ? riskOfCompiling(decision, toolkit) : decision;
        }
        return Decision.fails(
                        INSUFFICIENT_DRIVER,
                        "none",
                        "CUDA " + minor + " needs driver " + toolkit.floor() + " or newer (" + toolkit.driver()
                                + " for all of it), this is " + question.driver(),
                        waysOut(question, driverCuda, toolkit))
                .needing(toolkit.floor());
    }

    static Decision riskOfCompiling(Decision decision, Toolkit toolkit) {
        return decision.needing(toolkit.driver())
                .atRisk(
                        UNSUPPORTED_PTX,
                        "it compiles at run time, and this driver cannot read newer PTX",
                        "install driver " + toolkit.driver() + " or newer");
    }

    /** Cheapest first: another image, a compatibility package, another driver. */
    private List<String> waysOut(CompatibilityQuestion question, Version driverCuda, Toolkit toolkit) {
        List<String> actions = new ArrayList<>();
        newestThatRuns(question, driverCuda)
                .ifPresent(newest -> actions.add("use an image of CUDA " + newest + " or older"));
        boolean datacenter =
                question.gpuClass().map(kind -> kind == GpuClass.DATACENTER).orElse(false);
        if (datacenter && toolkit.compatBases().contains(question.driver().major())) {
            actions.add("or add " + toolkit.compatPackage() + " to the image (forward compatibility on R"
                    + question.driver().major() + ")");
        }
        actions.add((actions.isEmpty() ? "" : "or ") + "install driver " + toolkit.floor() + " or newer");
        return actions;
    }

    private Optional<Version> newestThatRuns(CompatibilityQuestion question, Version driverCuda) {
        return table.toolkits().stream()
                .filter(toolkit -> question.capability().stream().allMatch(toolkit::compilesFor))
                .filter(toolkit -> driverCuda.isAtLeast(toolkit.minorVersion())
                        || (driverCuda.major() == toolkit.version().major()
                                && question.driver().isAtLeast(toolkit.floor())))
                .map(Toolkit::minorVersion)
                .reduce((older, newer) -> newer);
    }

    /** A program that the driver takes also needs code for the GPU; where it has none, no other driver helps. */
    private Decision onGpu(CompatibilityQuestion question, Toolkit toolkit, Decision decision) {
        if (question.capability().isEmpty() || decision.result() == Result.UNKNOWN) {
            return decision;
        }
        Version capability = question.capability().get();
        Version minor = toolkit.minorVersion();
        if (!toolkit.compilesFor(capability)) {
            return withoutCode(question, toolkit, decision);
        }
        Version greatest = toolkit.greatestCapability();
        boolean known = greatest.isAtLeast(capability) && toolkit.knows(capability);
        if (known || decision.result() == Result.FAILS) {
            return decision;
        }
        if (greatest.major() == capability.major()) {
            return decision.because("code for compute capability " + greatest + " runs on " + capability
                    + ", which CUDA " + minor + " does not know yet");
        }
        return decision.atRisk(
                NO_KERNEL_IMAGE,
                "CUDA " + minor + " does not know compute capability " + capability
                        + ": it runs only if the program carries PTX",
                table.toolkits().stream()
                        .filter(newer -> newer.greatestCapability().isAtLeast(capability) && newer.knows(capability))
                        .findFirst()
                        .map(newer -> "use an image of CUDA " + newer.minorVersion() + " or newer")
                        .orElse("use an image of a newer CUDA"));
    }

    private Decision withoutCode(CompatibilityQuestion question, Toolkit toolkit, Decision decision) {
        Version capability = question.capability().orElseThrow();
        String reason = "CUDA " + toolkit.minorVersion() + " has no code for compute capability " + capability
                + ": it begins at " + toolkit.leastCapability();
        List<String> images =
                List.of(newestThatRuns(question, driverCuda(question).orElse(Version.of(0)))
                        .map(newest -> "use an image of CUDA " + newest + " or older")
                        .orElse("use an image of an older CUDA"));
        return decision.result() == Result.FAILS
                ? new Decision(
                        Result.FAILS,
                        decision.mechanism(),
                        decision.cudaError(),
                        Optional.empty(),
                        decision.because(reason).reasons(),
                        images)
                : Decision.fails(NO_KERNEL_IMAGE, decision.mechanism(), reason, images);
    }

    private Decision withDriversWord(CompatibilityQuestion question, Version driverCuda, Decision decision) {
        return question.driverCuda()
                .filter(said -> said.compareTo(driverCuda) != 0)
                .map(said -> decision.because("the driver's library says CUDA " + said + ", R"
                        + question.driver().major() + " is CUDA " + driverCuda
                        + ": a forward-compatibility library may be on gpudiag's own path"))
                .orElse(decision);
    }
}
