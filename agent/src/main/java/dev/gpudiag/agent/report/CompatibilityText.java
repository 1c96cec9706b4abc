package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.checks.cuda.Decision;
import dev.gpudiag.telemetry.Version;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A decision about CUDA as text and as JSON. */
public final class CompatibilityText {

    private static final int WIDTH = 100;
    private static final int INDENT = 7;

    private CompatibilityText() {}

    /**
     * A decision and what it is about, as far as that is known.
     *
     * @param toolkit empty for an image's requirements
     */
    public record Answer(
            Optional<Version> driver,
            Optional<Version> driverCuda,
            Optional<Version> toolkit,
            Optional<Version> capability,
            Decision decision) {

        /** The same subject with another decision. */
        public Answer with(Decision other) {
            return new Answer(driver, driverCuda, toolkit, capability, other);
        }
    }

    public static String json(Answer answer, String tableDate) {
        return JsonText.of(object(answer, tableDate));
    }

    /** An array of answers. */
    public static String json(List<Answer> answers, String tableDate) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        answers.forEach(answer -> array.add(object(answer, tableDate)));
        return JsonText.of(array);
    }

    private static ObjectNode object(Answer answer, String tableDate) {
        Decision decision = answer.decision();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("result", decision.result().word());
        json.put("mechanism", decision.mechanism());
        json.put(
                "cuda_error",
                decision.cudaError().isPresent() ? decision.cudaError().getAsInt() : null);
        json.put("driver", text(answer.driver()));
        json.put("driver_cuda", text(answer.driverCuda()));
        json.put("toolkit", text(answer.toolkit()));
        json.put("gpu_arch", text(answer.capability()));
        json.put("needs_driver", text(decision.needsDriver()));
        decision.reasons().forEach(json.putArray("reasons")::add);
        decision.actions().forEach(json.putArray("actions")::add);
        json.put("table_date", tableDate);
        return json;
    }

    private static String text(Optional<Version> version) {
        return version.map(Version::toString).orElse(null);
    }

    /** Verdict first, then why and what to do. */
    public static String text(Answer answer, String tableDate) {
        Decision decision = answer.decision();
        StringBuilder text = new StringBuilder();
        text.append(word(decision)).append(": ").append(subject(answer)).append('\n');
        decision.cudaError()
                .ifPresent(error -> text.append(
                                decision.result() == Decision.Result.FAILS
                                        ? "  the user sees CUDA error "
                                        : "  the user may see CUDA error ")
                        .append(error)
                        .append(" (")
                        .append(name(error))
                        .append(")\n"));
        paragraph(text, "  why: ", decision.reasons());
        paragraph(text, "  do:  ", decision.actions());
        return text.append("table of ").append(tableDate).append('\n').toString();
    }

    private static String subject(Answer answer) {
        return Printable.ascii(answer.toolkit()
                        .map(version -> "CUDA " + version)
                        .orElse("a program of unknown CUDA")
                + " on driver " + answer.driver().map(Version::toString).orElse("unknown")
                + answer.driverCuda().map(cuda -> " (CUDA " + cuda + ")").orElse("")
                + answer.capability()
                        .map(capability -> ", compute capability " + capability)
                        .orElse(", GPU unknown"));
    }

    private static String word(Decision decision) {
        return decision.result().word().toUpperCase(Locale.ROOT);
    }

    private static void paragraph(StringBuilder text, String heading, List<String> sentences) {
        String indent = heading;
        for (String sentence : sentences) {
            for (String line : Printable.wrap(sentence, WIDTH - INDENT)) {
                text.append(indent).append(line).append('\n');
                indent = " ".repeat(INDENT);
            }
        }
    }

    /** The toolkits in the order of the answers, each with its reason. */
    public static String matrix(List<Answer> answers, String tableDate) {
        StringBuilder text = new StringBuilder();
        for (Answer answer : answers) {
            Decision decision = answer.decision();
            String heading = String.format(
                    Locale.ROOT,
                    "CUDA %-5s %-13s",
                    answer.toolkit().map(Version::toString).orElse(""),
                    decision.result().word());
            // what makes a run a risk comes after what makes it a run
            String reason = decision.result() == Decision.Result.AT_RISK
                    ? decision.reasons().getLast()
                    : decision.reasons().getFirst();
            for (String line : Printable.wrap(reason, WIDTH - heading.length() - 1)) {
                text.append(heading).append(' ').append(line).append('\n');
                heading = " ".repeat(heading.length());
            }
        }
        return text.append("table of ").append(tableDate).append('\n').toString();
    }

    /** The runtime's name of an error that a decision may predict. */
    private static String name(int error) {
        return switch (error) {
            case 35 -> "cudaErrorInsufficientDriver";
            case 36 -> "cudaErrorCallRequiresNewerDriver";
            case 100 -> "cudaErrorNoDevice";
            case 209 -> "cudaErrorNoKernelImageForDevice";
            case 222 -> "cudaErrorUnsupportedPtxVersion";
            case 802 -> "cudaErrorSystemNotReady";
            case 803 -> "cudaErrorSystemDriverMismatch";
            case 804 -> "cudaErrorCompatNotSupportedOnDevice";
            default -> "unnamed";
        };
    }
}
