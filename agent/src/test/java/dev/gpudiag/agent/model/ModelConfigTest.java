package dev.gpudiag.agent.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gpudiag.checks.fit.ModelShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelConfigTest {

    private static final String LLAMA = """
            {"model_type": "llama", "hidden_size": 4096, "intermediate_size": 14336, "num_attention_heads": 32,
             "num_hidden_layers": 32, "num_key_value_heads": 8, "vocab_size": 128256, "tie_word_embeddings": false}""";

    @TempDir
    private Path folder;

    @Test
    void llamasShapeAndWeights() throws Exception {
        ModelShape shape = read(LLAMA);
        assertThat(shape.kvHeads()).isEqualTo(8);
        assertThat(shape.headSize()).isEqualTo(128);
        assertThat((double) shape.parameters()).isCloseTo(8_030_261_248.0, within(1e-3 * 8e9));
    }

    @Test
    void mixtralCountsItsExperts() throws Exception {
        ModelShape shape = read("""
                {"model_type": "mixtral", "hidden_size": 4096, "intermediate_size": 14336, "num_attention_heads": 32,
                 "num_hidden_layers": 32, "num_key_value_heads": 8, "vocab_size": 32000, "num_local_experts": 8,
                 "tie_word_embeddings": false, "sliding_window": null}""");
        assertThat((double) shape.parameters()).isCloseTo(46.7e9, within(0.1e9));
        assertThat(shape.window()).isEmpty();
    }

    @Test
    void gpt2HasNamesOfItsOwn() throws Exception {
        ModelShape shape = read("""
                {"model_type": "gpt2", "n_embd": 1600, "n_head": 25, "n_layer": 48, "vocab_size": 50257}""");
        assertThat(shape.kvHeads()).isEqualTo(25);
        assertThat((double) shape.parameters()).isCloseTo(1.5576e9, within(0.01e9));
    }

    @Test
    void latentAttentionIsCachedCompressedAndItsWeightsMustBeSaid() throws Exception {
        String config = """
                {"model_type": "deepseek_v3", "hidden_size": 7168, "intermediate_size": 18432, "num_hidden_layers": 61,
                 "moe_intermediate_size": 2048, "num_attention_heads": 128, "num_key_value_heads": 128,
                 "kv_lora_rank": 512, "qk_rope_head_dim": 64, "vocab_size": 129280}""";
        assertThatThrownBy(() -> read(config))
                .isInstanceOf(ModelConfigException.class)
                .hasMessageContaining("--params");
        ModelShape shape = ModelConfig.read(file(config), OptionalLong.of(671_000_000_000L));
        assertThat(shape.latentWidth()).hasValue(576);
    }

    @Test
    void oneInSixLayersOfGemmaSeesEverything() throws Exception {
        ModelShape shape = read("""
                {"architectures": ["x"], "model_type": "gemma3", "text_config": {"model_type": "gemma3_text",
                 "hidden_size": 3840, "intermediate_size": 15360, "num_attention_heads": 16, "head_dim": 256,
                 "num_hidden_layers": 48, "num_key_value_heads": 8, "sliding_window": 1024,
                 "sliding_window_pattern": 6, "vocab_size": 262208, "tie_word_embeddings": true}}""");
        assertThat(shape.window()).hasValue(new ModelShape.Window(40, 1024));
        assertThat(shape.headSize()).isEqualTo(256);
    }

    @Test
    void aWindowThatIsSwitchedOffIsNone() throws Exception {
        assertThat(read(LLAMA.replace("}", ", \"sliding_window\": 4096, \"use_sliding_window\": false}"))
                        .window())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | num_hidden_layers is missing; hidden_size is missing; num_attention_heads is missing",
                "[] | not a JSON object",
                "{ | not JSON",
                "'' | not a JSON object",
                "{\"num_hidden_layers\": -1, \"hidden_size\": 1e30, \"num_attention_heads\": \"8\"} | num_hidden_layers is not a positive whole number; hidden_size is not a positive whole number; num_attention_heads is not a positive whole number",
                "{\"num_hidden_layers\": 2000000000, \"hidden_size\": 8, \"num_attention_heads\": 8, \"vocab_size\": 8, \"intermediate_size\": 8} | outside 1 to",
                "{\"num_hidden_layers\": 2, \"hidden_size\": 8, \"num_attention_heads\": 8, \"num_key_value_heads\": 9, \"vocab_size\": 8, \"intermediate_size\": 8} | more than 8 attention heads",
            })
    void whatIsNoConfigurationIsRefusedWithEverythingThatIsWrong(String text, String message) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(ModelConfigException.class)
                .hasMessageContaining(message);
    }

    @Test
    void hugeDeepAndIrregularFilesAreRefused() throws IOException {
        assertThatThrownBy(() -> read(" ".repeat(2 << 20))).hasMessageContaining("longer than 1 MiB");
        assertThatThrownBy(() -> read("[".repeat(100_000))).hasMessageContaining("not JSON");
        assertThatThrownBy(() -> ModelConfig.read(folder, OptionalLong.empty())).hasMessageContaining("regular file");
    }

    private ModelShape read(String text) throws IOException, ModelConfigException {
        return ModelConfig.read(file(text), OptionalLong.empty());
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("config.json"), text);
    }
}
