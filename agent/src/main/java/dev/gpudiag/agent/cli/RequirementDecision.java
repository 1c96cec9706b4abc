package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.report.CompatibilityText.Answer;
import dev.gpudiag.checks.cuda.CompatibilityTable;
import dev.gpudiag.checks.cuda.Decision;
import dev.gpudiag.checks.cuda.Platform;
import dev.gpudiag.checks.cuda.Requirement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Whether the container toolkit would start an image with these requirements. */
final class RequirementDecision {

    private RequirementDecision() {}

    /** @throws IllegalArgumentException with a sentence for a text that asks nothing that can be judged */
    static Answer worst(String text, List<Platform> platforms, CompatibilityTable table) {
        Requirement requirement = Requirement.parse(text);
        Answer worst = null;
        for (Platform platform : platforms) {
            Answer answer = answer(requirement, text, platform, table);
            if (worst == null || rank(answer) > rank(worst)) {
                worst = answer;
            }
        }
        return worst;
    }

    private static int rank(Answer answer) {
        return switch (answer.decision().result()) {
            case FAILS -> 2;
            case UNKNOWN -> 1;
            default -> 0;
        };
    }

    private static Answer answer(Requirement requirement, String text, Platform platform, CompatibilityTable table) {
        Map<String, String> node = platform.facts(table);
        Decision decision = requirement
                .isMetBy(node)
                .map(met -> met ? met(text) : unmet(text, node))
                .orElseGet(() -> new Decision(
                        Decision.Result.UNKNOWN,
                        "none",
                        OptionalInt.empty(),
                        Optional.empty(),
                        List.of("'" + text + "' hangs on what is not known here; known: " + node),
                        List.of("run it on the node itself, or say --driver and --gpu-arch")));
        return new Answer(
                platform.driver(), platform.knownCuda(table), Optional.empty(), platform.capability(), decision);
    }

    private static Decision met(String text) {
        return new Decision(
                Decision.Result.RUNS,
                "none",
                OptionalInt.empty(),
                Optional.empty(),
                List.of("the container toolkit starts an image that asks '" + text + "'"),
                List.of());
    }

    private static Decision unmet(String text, Map<String, String> node) {
        return new Decision(
                Decision.Result.FAILS,
                "none",
                OptionalInt.empty(),
                Optional.empty(),
                List.of("the container toolkit refuses to start it: nothing of '" + text + "' holds for " + node),
                List.of(
                        "use an image of an older CUDA, or install a newer driver",
                        "or set NVIDIA_DISABLE_REQUIRE=1 where gpudiag compat --cuda says that it runs"));
    }
}
