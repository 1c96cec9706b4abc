package dev.gpudiag.checks.fit;

import dev.gpudiag.checks.fit.FitQuestion.Mode;
import dev.gpudiag.checks.fit.FitQuestion.Training;

/** Questions for tests. */
final class Questions {

    static final double GIB = 1L << 30;
    static final KnownModels MODELS = KnownModels.shipped();
    static final GpuModels GPUS = GpuModels.shipped();

    private Questions() {}

    static ModelShape model(String name) {
        return MODELS.named(name).orElseThrow();
    }

    static GpuModel gpu(String name) {
        return GPUS.named(name).orElseThrow();
    }

    static FitQuestion inference(ModelShape shape, NumberFormat weights, long context, long batch) {
        return new FitQuestion(
                shape, Mode.INFERENCE, weights, NumberFormat.FP16, context, batch, training(shape, 16, 0));
    }

    static FitQuestion train(ModelShape shape, int bytes, int zeroStage) {
        return new FitQuestion(
                shape, Mode.TRAIN, NumberFormat.BF16, NumberFormat.BF16, 2048, 1, training(shape, bytes, zeroStage));
    }

    private static Training training(ModelShape shape, int bytes, int zeroStage) {
        return new Training(
                TrainingState.ofBytes(bytes).orElseThrow(), zeroStage, Recomputation.SELECTIVE, shape.parameters());
    }
}
