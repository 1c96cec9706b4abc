package dev.gpudiag.checks.fit;

import static dev.gpudiag.checks.fit.Questions.GIB;
import static dev.gpudiag.checks.fit.Questions.gpu;
import static dev.gpudiag.checks.fit.Questions.inference;
import static dev.gpudiag.checks.fit.Questions.model;
import static dev.gpudiag.checks.fit.Questions.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishedFiguresTest {

    @ParameterizedTest
    @CsvSource({
        "llama-3.1-8b,   1024, 0.125",
        "llama-3.1-8b,  16000, 1.95",
        "llama-3.1-8b, 128000, 15.6",
        "llama-3.1-70b,  1024, 0.3125",
        "llama-3.1-70b, 16000, 4.88",
        "llama-3.1-70b, 128000, 39.06",
        "llama-3.1-405b, 1024, 0.492",
        "llama-3.1-405b, 128000, 61.5",
        "llama-2-13b,    2048, 1.5625",
        "llama-2-7b,     4096, 2.0",
    })
    void cacheOfOneSequence(String name, long tokens, double gib) {
        assertThat(model(name).cacheBytes(tokens, NumberFormat.FP16) / GIB).isCloseTo(gib, within(0.005 * gib));
    }

    @Test
    void thePublishedTableOfThe405bModelTookTwiceItsHeads() {
        ModelShape released = model("llama-3.1-405b");
        ModelShape asInTheTable = new ModelShape(
                "405b",
                released.parameters(),
                released.layers(),
                released.hidden(),
                released.heads(),
                16,
                released.headSize(),
                OptionalInt.empty(),
                released.window(),
                released.vocabulary());
        assertThat(asInTheTable.cacheBytes(128_000, NumberFormat.FP16) / GIB).isCloseTo(123.05, within(0.1));
        assertThat(released.kvHeads()).isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource({"llama-3.1-8b, 16.1, 14.96", "llama-3.1-70b, 141, 131.4", "llama-3.1-405b, 812, 755.9"})
    void weightsInSixteenBits(String name, double gigabytes, double gib) {
        double bytes = MemoryNeed.of(inference(model(name), NumberFormat.BF16, 1, 1), 1)
                .bytes(MemoryNeed.Kind.WEIGHTS);
        assertThat(bytes / 1e9).isCloseTo(gigabytes, within(0.005 * gigabytes));
        assertThat(bytes / GIB).isCloseTo(gib, within(0.005 * gib));
    }

    @Test
    void thirteenBillionInFp16AreTwentySixGigabytes() {
        ModelShape shape = model("llama-2-13b").withParameters(13_000_000_000L);
        assertThat(MemoryNeed.of(inference(shape, NumberFormat.FP16, 1, 1), 1).bytes(MemoryNeed.Kind.WEIGHTS))
                .isEqualTo(26e9);
    }

    @Test
    void thirteenBillionWithAdamwOfTwelveBytesTakeTwoA100ByZero3() {
        FitQuestion question = train(model("llama-2-13b").withParameters(13_000_000_000L), 12, 3);
        assertThat(MemoryNeed.of(question, 1).states()).isEqualTo(156e9);
        assertThat(Fit.leastForStates(question, gpu("A100-80"))).hasValue(2);
        assertThat(Fit.least(question, gpu("A100-80"), 0.2).orElseThrow().need().gpus())
                .isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource({"0, 120", "1, 31.4", "2, 16.6", "3, 1.9"})
    void sevenAndAHalfBillionOnSixtyFourGpusByStage(int stage, double gigabytes) {
        ModelShape shape = model("llama-2-7b").withParameters(7_500_000_000L);
        assertThat(MemoryNeed.of(train(shape, 16, stage), 64).states() / 1e9).isCloseTo(gigabytes, within(0.05));
    }

    @Test
    void gpt2OfOneAndAHalfBillionTakesTwentyFourGigabytes() {
        ModelShape shape = model("gpt2-xl").withParameters(1_500_000_000L);
        assertThat(MemoryNeed.of(train(shape, 16, 0), 1).states()).isEqualTo(24e9);
    }

    @Test
    void activationsOfGpt3() {
        double layer = Recomputation.NONE.bytesPerLayer(model("gpt-3-175b"), 2048, 1);
        assertThat(layer / 1e9).isCloseTo(2.87, within(0.005));
        assertThat(96 * layer / 1e9).isCloseTo(275, within(0.6));
    }

    @Test
    void seventyBillionDoNotFitOneH200BesideACache() {
        assertThat(Fit.of(inference(model("llama-3.1-70b"), NumberFormat.BF16, 8192, 1), gpu("H200"), 1, 0.2)
                        .level())
                .isEqualTo(Fit.Level.DOES_NOT_FIT);
    }
}
