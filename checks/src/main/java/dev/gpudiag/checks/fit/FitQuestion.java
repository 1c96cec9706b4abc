package dev.gpudiag.checks.fit;

import static java.util.Objects.requireNonNull;

/**
 * A model and what is to be done with it.
 *
 * @param weights format of the weights in inference; in training the rule says it
 * @param cache format of the KV cache
 * @param context tokens of a sequence
 * @param batch sequences at once; in training on each GPU
 * @param training how it is trained; ignored in inference
 */
public record FitQuestion(
        ModelShape shape,
        Mode mode,
        NumberFormat weights,
        NumberFormat cache,
        long context,
        long batch,
        Training training) {

    private static final long MOST_TOKENS = 1L << 30;

    /** What is done with a model. */
    public enum Mode {
        INFERENCE,
        TRAIN
    }

    /**
     * How a model is trained.
     *
     * @param zeroStage what the GPUs share of the state: 0 nothing, 1 optimizer, 2 and gradients, 3 and weights
     * @param trained parameters that are trained: all, or those of adapters beside frozen weights
     */
    public record Training(TrainingState state, int zeroStage, Recomputation recomputation, long trained) {

        public Training {
            requireNonNull(state, "state is null");
            requireNonNull(recomputation, "recomputation is null");
            if (zeroStage < 0 || zeroStage > 3) {
                throw new IllegalArgumentException("ZeRO stage " + zeroStage + " is outside 0 to 3");
            }
        }
    }

    public FitQuestion {
        requireNonNull(shape, "shape is null");
        requireNonNull(mode, "mode is null");
        requireNonNull(weights, "weights is null");
        requireNonNull(cache, "cache is null");
        requireNonNull(training, "training is null");
        inRange(context, "tokens of context");
        inRange(batch, "sequences of batch");
        if (training.trained() < 1 || training.trained() > shape.parameters()) {
            throw new IllegalArgumentException("trained parameters must be 1 to " + shape.parameters());
        }
    }

    private static void inRange(long value, String what) {
        if (value < 1 || value > MOST_TOKENS) {
            throw new IllegalArgumentException(value + " " + what + " are outside 1 to " + MOST_TOKENS);
        }
    }

    /** Whether only adapters are trained. */
    public boolean hasFrozenWeights() {
        return training.trained() < shape.parameters();
    }

    FitQuestion withContext(long tokens) {
        return new FitQuestion(shape, mode, weights, cache, tokens, batch, training);
    }

    FitQuestion withBatch(long sequences) {
        return new FitQuestion(shape, mode, weights, cache, context, sequences, training);
    }

    static long mostTokens() {
        return MOST_TOKENS;
    }
}
