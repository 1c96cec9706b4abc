package dev.gpudiag.agent.report;

import dev.gpudiag.agent.report.FitAnswer.Held;
import dev.gpudiag.agent.report.FitAnswer.NodeGpus;
import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.fit.Fit;
import dev.gpudiag.checks.fit.Fit.Level;
import dev.gpudiag.checks.fit.FitQuestion;
import dev.gpudiag.checks.fit.FitQuestion.Mode;
import dev.gpudiag.checks.fit.KnownModels;
import dev.gpudiag.checks.fit.MemoryNeed;
import dev.gpudiag.checks.fit.ModelShape;
import dev.gpudiag.checks.fit.RightSize;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Whether a model fits, for people: verdict first, then what it is made of, then every kind of GPU. */
public final class FitText {

    private static final double GB = 1e9;
    private static final double GIB = 1L << 30;

    private FitText() {}

    public static String of(FitAnswer answer) {
        StringBuilder text = new StringBuilder();
        verdict(text, answer);
        need(text, answer);
        catalogue(text, answer);
        rules(text, answer);
        return text.toString();
    }

    private static void verdict(StringBuilder text, FitAnswer answer) {
        for (Held held : answer.held()) {
            Fit fit = held.fit();
            int gpus = fit.need().gpus();
            text.append(word(fit.level()))
                    .append(": ")
                    .append(gpus)
                    .append(" x ")
                    .append(Printable.cut(fit.gpu().name(), 40))
                    .append(" (")
                    .append(Amounts.bytes(fit.gpu().usableBytes()))
                    .append(" usable)");
            held.there().ifPresent(there -> text.append(" of this node's ").append(there));
            held.freeNow().ifPresent(free -> text.append(", ").append(free).append(" with that much free now"));
            text.append('\n');
            if (fit.level() == Level.FITS) {
                text.append("  beside it: context to ")
                        .append(most(fit.mostContext()))
                        .append(" tokens at batch ")
                        .append(answer.question().batch())
                        .append(", or batch to ")
                        .append(most(fit.mostBatch()))
                        .append(" at ")
                        .append(answer.question().context())
                        .append(" tokens\n");
            }
        }
        if (answer.target() instanceof NodeGpus node && answer.held().isEmpty()) {
            text.append(
                    node.unknown() > 0
                            ? "UNKNOWN: the memory of this node's GPUs could not be read\n"
                            : node.groups().isEmpty()
                                    ? "this node has no GPU that answers: held against the table of GPUs alone\n"
                                    : "DOES NOT FIT: this node has fewer GPUs than that\n");
        }
    }

    private static void need(StringBuilder text, FitAnswer answer) {
        FitQuestion question = answer.question();
        ModelShape shape = question.shape();
        text.append(String.format(
                Locale.ROOT,
                "%s: %.2f B weights, %s, %d tokens x batch %d; %d layers, %d KV heads of %d%n",
                Printable.cut(answer.assumed().map(name -> "model").orElse(shape.name()), 40),
                shape.parameters() / 1e9,
                question.mode() == Mode.TRAIN ? "training" : question.weights().word() + ", inference",
                question.context(),
                question.batch(),
                shape.layers(),
                shape.kvHeads(),
                shape.headSize()));
        answer.assumed()
                .ifPresent(name -> text.append("  the shape is assumed to be that of ")
                        .append(name)
                        .append("; --config config.json gives the right one\n"));
        for (MemoryNeed.Part part : answer.need().parts()) {
            line(text, part.kind().word(), part.bytes(), part.rule());
        }
        int gpus = answer.need().gpus();
        line(text, "needs", answer.need().total(), gpus == 1 ? "on one GPU" : "on each of " + gpus + " GPUs");
        line(
                text,
                "with headroom",
                answer.need().total() * (1 + answer.headroom()),
                Amounts.percent(answer.headroom()) + " more");
    }

    private static void line(StringBuilder text, String what, double bytes, String rule) {
        text.append(
                String.format(Locale.ROOT, "  %-14s %8.1f GB %8.1f GiB   %s%n", what, bytes / GB, bytes / GIB, rule));
    }

    private static void catalogue(StringBuilder text, FitAnswer answer) {
        double one = answer.catalogue().getFirst().one().need().total();
        text.append("right size: ")
                .append(RightSize.of(one).orElse("several GPUs"))
                .append("; smallest single GPU with headroom: ")
                .append(answer.smallest().orElse("none"))
                .append('\n');
        text.append(String.format(
                Locale.ROOT,
                "  %-8s %11s  %-13s %9s  %16s  %14s%n",
                "GPU",
                "usable",
                "one of them",
                "how many",
                "longest context",
                "largest batch"));
        for (FitAnswer.Row row : answer.catalogue()) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %-8s %11s  %-13s %9s  %16s  %14s%n",
                    row.one().gpu().name(),
                    Amounts.bytes(row.one().gpu().usableBytes()),
                    word(row.one().level()).toLowerCase(Locale.ROOT),
                    row.least().map(fit -> String.valueOf(fit.need().gpus())).orElse("-"),
                    row.least().map(fit -> most(fit.mostContext())).orElse("-"),
                    row.least().map(fit -> most(fit.mostBatch())).orElse("-")));
        }
    }

    private static void rules(StringBuilder text, FitAnswer answer) {
        FitQuestion question = answer.question();
        if (question.mode() == Mode.TRAIN) {
            text.append("rule: ")
                    .append(question.training().state().bytes())
                    .append(" bytes a parameter, ")
                    .append(question.training().state().words())
                    .append("; ZeRO stage ")
                    .append(question.training().zeroStage())
                    .append("\n      weights, gradients and optimizer alone: ")
                    .append(states(answer))
                    .append('\n');
        }
        text.append(RightSize.WORDS)
                .append("\nhow many: least number with headroom, by ")
                .append(
                        question.mode() == Mode.TRAIN
                                ? "ZeRO"
                                : "tensor parallelism over 1, 2, 4, 8 GPUs, then whole machines of 8")
                .append("; table of ")
                .append(answer.tableDate())
                .append('\n');
    }

    private static String states(FitAnswer answer) {
        StringBuilder text = new StringBuilder();
        for (FitAnswer.Row row : answer.catalogue()) {
            OptionalInt least = row.leastForStates();
            if (least.isPresent()) {
                text.append(text.isEmpty() ? "" : ", ")
                        .append(least.getAsInt())
                        .append(" x ")
                        .append(row.one().gpu().name());
            }
        }
        return text.isEmpty() ? "no number of these GPUs holds them without ZeRO 3" : text.toString();
    }

    private static String most(OptionalLong number) {
        return number.isPresent() ? String.valueOf(number.getAsLong()) : "none";
    }

    private static String word(Level level) {
        return switch (level) {
            case FITS -> "FITS";
            case TIGHT -> "TIGHT";
            case DOES_NOT_FIT -> "DOES NOT FIT";
        };
    }

    /** The models whose shape is known. */
    public static String models(KnownModels known) {
        StringBuilder text = new StringBuilder();
        for (ModelShape model : known.models()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-16s %8.2f B weights, %d layers, %d KV heads of %d%n",
                    model.name(),
                    model.parameters() / 1e9,
                    model.layers(),
                    model.kvHeads(),
                    model.headSize()));
        }
        return text.append("table of ").append(known.date()).append('\n').toString();
    }
}
