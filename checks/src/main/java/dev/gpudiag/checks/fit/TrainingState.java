package dev.gpudiag.checks.fit;

import java.util.Arrays;
import java.util.Optional;

/**
 * What training keeps for each trained parameter, by the rule that is used.
 *
 * <p>Source: Rajbhandari et al. 2020 (ZeRO) for 16 bytes; the others are the same sum with another optimizer.
 */
public enum TrainingState {
    MIXED_PRECISION_ADAMW(2, 2, 12, "AdamW in mixed precision: weights 2, gradients 2, FP32 copy 4, moments 4 + 4"),
    ADAMW_WITHOUT_COPY(2, 2, 8, "AdamW without an FP32 copy: weights 2, gradients 2, FP32 moments 4 + 4"),
    EIGHT_BIT_ADAM(2, 2, 6, "8-bit Adam: weights 2, gradients 2, FP32 copy 4, moments 1 + 1"),
    BF16_ADAMW(2, 2, 4, "AdamW all in BF16: weights 2, gradients 2, moments 2 + 2");

    private final int weights;
    private final int gradients;
    private final int optimizer;
    private final String words;

    TrainingState(int weights, int gradients, int optimizer, String words) {
        this.weights = weights;
        this.gradients = gradients;
        this.optimizer = optimizer;
        this.words = words;
    }

    /** The rule of this many bytes a parameter: 16, 12, 10 or 8. */
    public static Optional<TrainingState> ofBytes(int bytes) {
        return Arrays.stream(values()).filter(rule -> rule.bytes() == bytes).findFirst();
    }

    /** Bytes a parameter on one GPU that keeps everything. */
    public int bytes() {
        return weights + gradients + optimizer;
    }

    public int weights() {
        return weights;
    }

    public int gradients() {
        return gradients;
    }

    public int optimizer() {
        return optimizer;
    }

    /** The rule for people. */
    public String words() {
        return words;
    }
}
