package dev.gpudiag.checks.fit;

import dev.gpudiag.checks.fit.FitQuestion.Mode;
import dev.gpudiag.checks.fit.FitQuestion.Training;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What one of {@code gpus} equal GPUs must hold, part by part.
 *
 * @param gpus that share the model: by tensor parallelism in inference, by data parallelism and ZeRO in training
 * @param parts what it is made of
 */
public record MemoryNeed(int gpus, List<Part> parts) {

    /** Tokens that a serving engine takes through the layers in one step, at most. */
    static final long STEP_TOKENS = 8192;

    private static final double GIB = 1L << 30;
    private static final double CONTEXT_BYTES = 0.5 * GIB;
    private static final double COLLECTIVES_BYTES = 0.5 * GIB;
    private static final double FRAMEWORK_CACHE = 0.05;

    /**
     * One part of the memory.
     *
     * @param bytes on one GPU
     * @param rule how it was reckoned
     */
    public record Part(Kind kind, double bytes, String rule) {}

    /** What memory is used for. */
    public enum Kind {
        WEIGHTS,
        GRADIENTS,
        OPTIMIZER,
        KV_CACHE,
        ACTIVATIONS,
        OVERHEAD;

        /** As a table shows it. */
        public String word() {
            return this == KV_CACHE ? "KV cache" : name().toLowerCase(Locale.ROOT);
        }
    }

    public MemoryNeed {
        parts = List.copyOf(parts);
    }

    public static MemoryNeed of(FitQuestion question, int gpus) {
        if (gpus < 1) {
            throw new IllegalArgumentException(gpus + " GPUs");
        }
        List<Part> parts = question.mode() == Mode.INFERENCE ? inference(question, gpus) : training(question, gpus);
        double allocated = parts.stream().mapToDouble(Part::bytes).sum();
        double process = CONTEXT_BYTES + (gpus > 1 ? COLLECTIVES_BYTES : 0);
        List<Part> all = new ArrayList<>(parts);
        all.add(new Part(
                Kind.OVERHEAD,
                process + FRAMEWORK_CACHE * allocated,
                "CUDA context 0.5 GiB" + (gpus > 1 ? ", NCCL 0.5 GiB" : "") + ", framework's cache 5 %"));
        return new MemoryNeed(gpus, all);
    }

    private static List<Part> inference(FitQuestion question, int gpus) {
        ModelShape shape = question.shape();
        double sequence = shape.cacheBytes(question.context(), question.cache());
        long step = Math.min(STEP_TOKENS, question.context() * question.batch());
        double layer = Recomputation.SELECTIVE.bytesPerLayer(shape, step, 1);
        double logits = 4.0 * question.batch() * shape.vocabulary().orElse(0);
        return List.of(
                new Part(
                        Kind.WEIGHTS,
                        shape.parameters() * question.weights().bytes() / gpus,
                        billions(shape.parameters()) + " x "
                                + plain(question.weights().bytes()) + " bytes" + over(gpus)),
                new Part(
                        Kind.KV_CACHE,
                        sequence * question.batch() / shape.cacheParts(gpus),
                        plain(sequence / question.context()) + " bytes a token x " + question.context() + " tokens x "
                                + question.batch() + over(shape.cacheParts(gpus))),
                new Part(Kind.ACTIVATIONS, layer + logits, "one layer's, for a step of " + step + " tokens"));
    }

    private static List<Part> training(FitQuestion question, int gpus) {
        ModelShape shape = question.shape();
        Training training = question.training();
        TrainingState state = training.state();
        double trained = training.trained();
        double frozen = shape.parameters() - trained;
        int weightsOver = training.zeroStage() >= 3 ? gpus : 1;
        int gradientsOver = training.zeroStage() >= 2 ? gpus : 1;
        int optimizerOver = training.zeroStage() >= 1 ? gpus : 1;
        double frozenBytes = frozen * question.weights().bytes();
        String trainedWords = billions(training.trained());
        double logits =
                6.0 * question.context() * question.batch() * shape.vocabulary().orElse(0);
        double layers =
                shape.layers() * training.recomputation().bytesPerLayer(shape, question.context(), question.batch());
        return List.of(
                new Part(
                        Kind.WEIGHTS,
                        (trained * state.weights() + frozenBytes) / weightsOver,
                        trainedWords + " x " + state.weights() + " bytes"
                                + (frozen > 0
                                        ? ", frozen " + billions((long) frozen) + " x "
                                                + plain(question.weights().bytes())
                                        : "")
                                + over(weightsOver)),
                new Part(
                        Kind.GRADIENTS,
                        trained * state.gradients() / gradientsOver,
                        trainedWords + " x " + state.gradients() + " bytes" + over(gradientsOver)),
                new Part(
                        Kind.OPTIMIZER,
                        trained * state.optimizer() / optimizerOver,
                        trainedWords + " x " + state.optimizer() + " bytes" + over(optimizerOver)),
                new Part(
                        Kind.ACTIVATIONS,
                        layers + logits,
                        shape.layers() + " layers, recomputation "
                                + training.recomputation().name().toLowerCase(Locale.ROOT) + ", and logits"));
    }

    private static String over(int parts) {
        return parts == 1 ? "" : " / " + parts;
    }

    private static String billions(long parameters) {
        return parameters >= 1_000_000_000
                ? String.format(Locale.ROOT, "%.2f B", parameters / 1e9)
                : String.format(Locale.ROOT, "%.1f M", parameters / 1e6);
    }

    private static String plain(double number) {
        return number == Math.rint(number)
                ? String.format(Locale.ROOT, "%.0f", number)
                : String.format(Locale.ROOT, "%.3f", number);
    }

    /** Bytes of one part; 0 where there is none of it. */
    public double bytes(Kind kind) {
        return parts.stream()
                .filter(part -> part.kind() == kind)
                .mapToDouble(Part::bytes)
                .sum();
    }

    /** Bytes on one GPU. */
    public double total() {
        return parts.stream().mapToDouble(Part::bytes).sum();
    }

    /** What does not depend on context and batch: weights, gradients and optimizer. */
    public double states() {
        return bytes(Kind.WEIGHTS) + bytes(Kind.GRADIENTS) + bytes(Kind.OPTIMIZER);
    }
}
