package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.image.ContainerImage;
import dev.gpudiag.agent.report.CompatibilityText.Answer;
import dev.gpudiag.checks.cuda.Compatibility;
import dev.gpudiag.checks.cuda.CompatibilityTable;
import dev.gpudiag.checks.cuda.ContainerEnvironment;
import dev.gpudiag.checks.cuda.Decision;
import dev.gpudiag.checks.cuda.Platform;
import dev.gpudiag.checks.cuda.Toolkit;
import dev.gpudiag.checks.cuda.ToolkitText;
import dev.gpudiag.telemetry.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Answers of {@code compat} for the worst of some platforms.
 *
 * @param platforms at least one
 * @param compatLibrary version of a forward-compatibility libcuda on the program's path
 * @param jit whether the program compiles at run time
 */
record CompatAnswers(CompatibilityTable table, List<Platform> platforms, Optional<Version> compatLibrary, boolean jit) {

    private static final int NO_DRIVER_LIBRARY = 35;

    /** What becomes of a program of this toolkit. */
    Answer ofToolkit(Version toolkit) {
        Compatibility compatibility = new Compatibility(table);
        return platforms.stream()
                .map(platform -> new Answer(
                        platform.driver(),
                        platform.knownCuda(table),
                        Optional.of(toolkit),
                        platform.capability(),
                        platform.question(toolkit, compatLibrary, jit)
                                .map(compatibility::decide)
                                .orElseGet(CompatAnswers::unknownDriver)))
                .max(Comparator.comparingInt(CompatAnswers::badness))
                .orElseThrow();
    }

    /** One answer for each toolkit of the table, newest first. */
    List<Answer> ofEveryToolkit() {
        List<Answer> answers = new ArrayList<>();
        for (int major = table.newest().version().major(); !table.minors(major).isEmpty(); major--) {
            for (Toolkit toolkit : table.minors(major).reversed()) {
                answers.add(ofToolkit(toolkit.minorVersion()));
            }
        }
        return answers;
    }

    /** @throws IllegalArgumentException with a sentence for a text that asks nothing that can be judged */
    Answer ofRequirement(String text) {
        return RequirementDecision.worst(text, platforms, table);
    }

    /**
     * What the image asks and brings is judged before its CUDA: the container toolkit would not start it.
     *
     * @throws UsageException for a requirement that cannot be judged
     */
    Answer ofImage(ContainerImage image) throws UsageException {
        ContainerEnvironment environment = new ContainerEnvironment(image.environment());
        Optional<Version> toolkit = image.cuda().flatMap(cuda -> ToolkitText.parse(cuda.getValue()));
        Answer started = environment
                .capabilitiesWithoutCompute()
                .map(capabilities -> about(toolkit, withoutDriverLibrary(capabilities)))
                .or(() -> toolkit.map(this::ofToolkit))
                .orElseGet(() -> about(Optional.empty(), unknownToolkit()));
        Optional<Answer> refused = refused(environment);
        return refused.map(answer -> both(answer, started)).orElse(started);
    }

    /** The first thing asked that does not hold, unless the toolkit is told not to look. */
    private Optional<Answer> refused(ContainerEnvironment environment) throws UsageException {
        Optional<Answer> refused = Optional.empty();
        for (ContainerEnvironment.Asked asked : environment.asked()) {
            try {
                Answer answer = ofRequirement(asked.requirement());
                if (refused.isEmpty() && answer.decision().result() == Decision.Result.FAILS) {
                    refused = Optional.of(answer);
                }
            } catch (IllegalArgumentException e) {
                throw new UsageException(asked.variable() + ": " + e.getMessage());
            }
        }
        return refused.filter(answer -> !environment.requirementsDisabled());
    }

    /** An image that is refused would fail or run if it were started all the same. */
    private static Answer both(Answer refused, Answer started) {
        Decision decision = started.decision();
        String refusal = refused.decision().reasons().getFirst();
        return started.with(
                decision.result() == Decision.Result.FAILS
                        ? decision.because(refusal)
                        : refused.decision()
                                .because("were it started: " + decision.result().word() + ", "
                                        + decision.reasons().getFirst()));
    }

    private Answer about(Optional<Version> toolkit, Decision decision) {
        Platform first = platforms.getFirst();
        return new Answer(first.driver(), first.knownCuda(table), toolkit, first.capability(), decision);
    }

    /** A failure is worse than what is not known. */
    private static int badness(Answer answer) {
        Decision.Result result = answer.decision().result();
        return result == Decision.Result.FAILS ? Integer.MAX_VALUE : result.exitCode();
    }

    private static Decision unknownDriver() {
        return unknown("no driver version could be read here", "say --driver VERSION, or run gpudiag check driver");
    }

    private static Decision unknownToolkit() {
        return unknown(
                "the image's configuration names no CUDA version", "look for libcudart in it, or say --cuda VERSION");
    }

    private static Decision unknown(String reason, String action) {
        return new Decision(
                Decision.Result.UNKNOWN,
                "none",
                OptionalInt.empty(),
                Optional.empty(),
                List.of(reason),
                List.of(action));
    }

    private static Decision withoutDriverLibrary(String capabilities) {
        return new Decision(
                Decision.Result.FAILS,
                "none",
                OptionalInt.of(NO_DRIVER_LIBRARY),
                Optional.empty(),
                List.of("NVIDIA_DRIVER_CAPABILITIES=" + capabilities
                        + " leaves compute out: the container gets no libcuda"),
                List.of("set NVIDIA_DRIVER_CAPABILITIES=compute,utility"));
    }
}
