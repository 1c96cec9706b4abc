package dev.gpudiag.checks.fit;

import static dev.gpudiag.checks.fit.Questions.gpu;
import static dev.gpudiag.checks.fit.Questions.inference;
import static dev.gpudiag.checks.fit.Questions.model;
import static dev.gpudiag.checks.fit.Questions.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FitTest {

    private static final double HEADROOM = 0.2;

    @ParameterizedTest
    @CsvSource({
        "1, T4",
        "13.99, T4",
        "14, A10",
        "21.9, A10",
        "22, A10",
        "22.1, A100-80",
        "75, A100-80",
        "75.1, H200",
        "150, B200"
    })
    void rightSizeIsTheBandOfTheNeed(double gigabytes, String gpu) {
        assertThat(RightSize.of(gigabytes * 1e9)).hasValue(gpu);
    }

    @Test
    void whatNoBandHoldsTakesSeveral() {
        assertThat(RightSize.of(812e9)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"T4", "A10", "A100-40", "L40S", "A100-80", "H100", "H200", "B200"})
    void theGreatestContextAndBatchFitAndOneMoreDoesNot(String name) {
        FitQuestion question = inference(model("llama-3.1-8b"), NumberFormat.INT4, 4096, 2);
        Fit fit = Fit.of(question, gpu(name), 1, HEADROOM);
        double limit = gpu(name).usableBytes() / 1.2;
        long context = fit.mostContext().orElseThrow();
        long batch = fit.mostBatch().orElseThrow();
        assertThat(MemoryNeed.of(question.withContext(context), 1).total()).isLessThanOrEqualTo(limit);
        assertThat(MemoryNeed.of(question.withContext(context + 1), 1).total()).isGreaterThan(limit);
        assertThat(MemoryNeed.of(question.withBatch(batch), 1).total()).isLessThanOrEqualTo(limit);
        assertThat(MemoryNeed.of(question.withBatch(batch + 1), 1).total()).isGreaterThan(limit);
    }

    @Test
    void whatFitsOnlyWithoutHeadroomIsTight() {
        Fit fit = Fit.of(inference(model("llama-3.1-8b"), NumberFormat.FP16, 8192, 2), gpu("A10"), 1, HEADROOM);
        assertThat(fit.need().total())
                .isBetween(gpu("A10").usableBytes() / 1.2, gpu("A10").usableBytes());
        assertThat(fit.level()).isEqualTo(Fit.Level.TIGHT);
    }

    @Test
    void weightsThatDoNotFitLeaveRoomForNoToken() {
        Fit fit = Fit.of(inference(model("llama-3.1-70b"), NumberFormat.FP16, 8192, 1), gpu("A100-80"), 1, HEADROOM);
        assertThat(fit.level()).isEqualTo(Fit.Level.DOES_NOT_FIT);
        assertThat(fit.mostContext()).isEmpty();
        assertThat(fit.mostBatch()).isEmpty();
    }

    @Test
    void inferenceTakesOneTwoFourEightGpusAndThenWholeMachines() {
        FitQuestion large = inference(model("llama-3.1-405b"), NumberFormat.BF16, 8192, 1);
        assertThat(Fit.least(large, gpu("H100"), HEADROOM).orElseThrow().need().gpus())
                .isEqualTo(16);
        FitQuestion middle = inference(model("llama-3.1-70b"), NumberFormat.BF16, 8192, 1);
        assertThat(Fit.least(middle, gpu("H100"), HEADROOM).orElseThrow().need().gpus())
                .isEqualTo(4);
    }

    @Test
    void headsAreCopiedBeyondTheirNumber() {
        FitQuestion question = inference(model("llama-3.1-70b"), NumberFormat.FP16, 8192, 1);
        double eight = MemoryNeed.of(question, 8).bytes(MemoryNeed.Kind.KV_CACHE);
        double sixteen = MemoryNeed.of(question, 16).bytes(MemoryNeed.Kind.KV_CACHE);
        assertThat(sixteen)
                .isEqualTo(eight)
                .isEqualTo(MemoryNeed.of(question, 1).bytes(MemoryNeed.Kind.KV_CACHE) / 8);
    }

    @Test
    void moreGpusWithoutZeroHoldNoMore() {
        FitQuestion question = train(model("llama-2-13b"), 16, 0);
        assertThat(Fit.least(question, gpu("A100-80"), HEADROOM)).isEmpty();
        assertThat(Fit.leastForStates(question, gpu("A100-80"))).isEmpty();
    }

    @Test
    void aWindowCapsTheTokensOfItsLayers() {
        ModelShape dense = model("llama-3.1-8b");
        ModelShape windowed = new ModelShape(
                "w",
                dense.parameters(),
                32,
                4096,
                32,
                8,
                128,
                OptionalInt.empty(),
                Optional.of(new ModelShape.Window(24, 1000)),
                dense.vocabulary());
        double perLayerAndToken = dense.cachedBytesPerLayer(NumberFormat.FP16);
        assertThat(windowed.cacheBytes(500, NumberFormat.FP16)).isEqualTo(32 * 500 * perLayerAndToken);
        assertThat(windowed.cacheBytes(10_000, NumberFormat.FP16))
                .isEqualTo((8 * 10_000 + 24 * 1000) * perLayerAndToken);
    }

    @Test
    void latentAttentionCachesOneRowForAllHeads() {
        ModelShape latent = new ModelShape(
                "deepseek-v3",
                671_000_000_000L,
                61,
                7168,
                128,
                128,
                128,
                OptionalInt.of(576),
                Optional.empty(),
                OptionalInt.of(129280));
        assertThat(latent.cacheBytes(1, NumberFormat.BF16)).isEqualTo(61 * 576 * 2);
        assertThat(latent.cacheParts(8)).isEqualTo(1);
    }

    @Test
    void adaptersKeepStateForThemselvesAlone() {
        FitQuestion full = train(model("llama-3.1-8b"), 16, 0);
        FitQuestion adapters = new FitQuestion(
                full.shape(),
                full.mode(),
                NumberFormat.INT4,
                full.cache(),
                2048,
                1,
                new FitQuestion.Training(TrainingState.MIXED_PRECISION_ADAMW, 0, Recomputation.SELECTIVE, 40_000_000));
        assertThat(MemoryNeed.of(adapters, 1).states())
                .isEqualTo(40e6 * 16 + (full.shape().parameters() - 40_000_000) * NumberFormat.INT4.bytes());
    }

    @Test
    void theSumOfThePartsIsTheNeed() {
        MemoryNeed need = MemoryNeed.of(train(model("llama-3.1-8b"), 16, 2), 8);
        assertThat(need.parts().stream().mapToDouble(MemoryNeed.Part::bytes).sum())
                .isEqualTo(need.total());
        assertThat(need.total()).isGreaterThan(need.states());
    }

    @Test
    void shapesThatCannotBeAreRefused() {
        ModelShape shape = model("llama-3.1-8b");
        assertThatThrownBy(() -> shape.withParameters(0)).hasMessageContaining("parameters");
        assertThatThrownBy(() -> inference(shape, NumberFormat.FP16, 0, 1)).hasMessageContaining("context");
        assertThatThrownBy(() -> new ModelShape(
                        "x", 1, 1, 1, 4, 8, 1, OptionalInt.empty(), Optional.empty(), OptionalInt.empty()))
                .hasMessageContaining("KV heads");
    }

    @ParameterizedTest
    @CsvSource({"a100 80gb, A100-80", "NVIDIA H200, H200", "tesla t4, T4", "l40s, L40S", "A100-40GB, A100-40"})
    void gpusAreFoundByTheirUsualNames(String asked, String name) {
        assertThat(gpu(asked).name()).isEqualTo(name);
    }
}
