package dev.gpudiag.checks.fit;

import dev.gpudiag.checks.fit.FitQuestion.Mode;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;

/**
 * Whether a model fits into equal GPUs, and what fits beside it.
 *
 * @param gpu one of them
 * @param need what each must hold
 * @param level whether that fits
 * @param mostContext longest context at the asked batch, with headroom; empty where not one token fits
 * @param mostBatch greatest batch at the asked context, with headroom; empty where not one sequence fits
 */
public record Fit(GpuModel gpu, MemoryNeed need, Level level, OptionalLong mostContext, OptionalLong mostBatch) {

    private static final int MOST_GPUS = 4096;
    /** GPUs of one machine; above it they come by the machine. */
    private static final int MACHINE = 8;

    /** How well it fits. */
    public enum Level {
        /** With headroom. */
        FITS,
        /** Without headroom only: an unlucky batch runs out of memory. */
        TIGHT,
        /** Not at all. */
        DOES_NOT_FIT
    }

    /**
     * Fits a model into GPUs.
     *
     * @param headroom part of the need that must stay free beside it, 0.2 for 20 %
     */
    public static Fit of(FitQuestion question, GpuModel gpu, int gpus, double headroom) {
        MemoryNeed need = MemoryNeed.of(question, gpus);
        double comfortable = gpu.usableBytes() / (1 + headroom);
        Level level = need.total() <= comfortable
                ? Level.FITS
                : need.total() <= gpu.usableBytes() ? Level.TIGHT : Level.DOES_NOT_FIT;
        return new Fit(
                gpu,
                need,
                level,
                most(tokens -> MemoryNeed.of(question.withContext(tokens), gpus).total() <= comfortable),
                most(sequences ->
                        MemoryNeed.of(question.withBatch(sequences), gpus).total() <= comfortable));
    }

    /** The greatest number that passes, by halving: the need grows with it. */
    private static OptionalLong most(LongPredicate fits) {
        if (!fits.test(1)) {
            return OptionalLong.empty();
        }
        long low = 1;
        long high = FitQuestion.mostTokens();
        while (low < high) {
            long middle = low + (high - low + 1) / 2;
            if (fits.test(middle)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return OptionalLong.of(low);
    }

    /** The least number of such GPUs that hold it with headroom; empty where no number does. */
    public static Optional<Fit> least(FitQuestion question, GpuModel gpu, double headroom) {
        double comfortable = gpu.usableBytes() / (1 + headroom);
        OptionalInt gpus = counts(question)
                .filter(count -> MemoryNeed.of(question, count).total() <= comfortable)
                .findFirst();
        return gpus.isPresent() ? Optional.of(of(question, gpu, gpus.getAsInt(), headroom)) : Optional.empty();
    }

    /** The least number of such GPUs that hold weights, gradients and optimizer, and nothing else. */
    public static OptionalInt leastForStates(FitQuestion question, GpuModel gpu) {
        return counts(question)
                .filter(count -> MemoryNeed.of(question, count).states() <= gpu.usableBytes())
                .findFirst();
    }

    private static IntStream counts(FitQuestion question) {
        return IntStream.rangeClosed(1, MOST_GPUS).filter(count -> isUsual(question, count));
    }

    /** Tensor parallelism takes 1, 2, 4, 8 GPUs and then whole machines; data parallelism any number. */
    public static boolean isUsual(FitQuestion question, int gpus) {
        return question.mode() == Mode.TRAIN || gpus % MACHINE == 0 || (gpus < MACHINE && Integer.bitCount(gpus) == 1);
    }
}
