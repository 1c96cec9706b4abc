package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FitCommandTest {

    private final FakeNode twoGpus =
            new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0), Nodes.answering(1)));

    @TempDir
    private Path folder;

    private final CommandRun command = new CommandRun(twoGpus, FakeChecks.heat());

    @Test
    void theScreenOfANamedGpu() {
        assertThat(run("--model llama-3.1-70b --dtype int4 --gpu H100 --context 8192"))
                .isEqualTo(0);
        assertThat(command.out()).isEqualTo("""
                FITS: 1 x H100 (79.2 GiB usable)
                  beside it: context to 83070 tokens at batch 1, or batch to 10 at 8192 tokens
                llama-3.1-70b: 70.55 B weights, int4, inference, 8192 tokens x batch 1; 80 layers, 8 KV heads of 128
                  weights            37.5 GB     34.9 GiB   70.55 B x 0.531 bytes
                  KV cache            2.7 GB      2.5 GiB   327680 bytes a token x 8192 tokens x 1
                  activations         2.3 GB      2.1 GiB   one layer's, for a step of 8192 tokens
                  overhead            2.7 GB      2.5 GiB   CUDA context 0.5 GiB, framework's cache 5 %
                  needs              45.1 GB     42.0 GiB   on one GPU
                  with headroom      54.1 GB     50.4 GiB   20 % more
                right size: A100-80; smallest single GPU with headroom: A100-80
                  GPU           usable  one of them    how many   longest context   largest batch
                  T4          14.6 GiB  does not fit          8            109123              13
                  A10         22.0 GiB  does not fit          4             73864               9
                  A100-40     39.4 GiB  does not fit          2             70533               8
                  L40S        44.5 GiB  tight                 2             97007              11
                  A100-80     79.3 GiB  fits                  1             83202              10
                  H100        79.2 GiB  fits                  1             83070              10
                  H200       139.7 GiB  fits                  1            240444              29
                  B200       178.4 GiB  fits                  1            340914              41
                bands without headroom: < 14 GB T4, to 22 A10, to 75 A100-80, to 135 H200, to 175 B200, more: several GPUs
                how many: least number with headroom, by tensor parallelism over 1, 2, 4, 8 GPUs, then whole machines of 8; table of 2026-11-23
                """);
        assertThat(twoGpus.opened).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "--params 8b --gpu A100-80, 0, fits",
        "--params 8b --gpu A10 --context 8192 --batch 2, 1, tight",
        "--params 70b --gpu A100-80, 2, does-not-fit",
        "--params 70b --gpu A100-80 --gpus 4, 0, fits",
        "--params 13b --gpu A100-80 --mode train --bytes-per-parameter 12 --zero 3 --gpus 2, 2, does-not-fit",
    })
    void exitCodeAndJsonSayWhetherItFits(String arguments, int exitCode, String result) throws IOException {
        assertThat(run("--json " + arguments)).isEqualTo(exitCode);
        assertThat(json().path("held").path(0).path("result").asText()).isEqualTo(result);
    }

    @Test
    void figuresOfThirteenBillionWeights() throws IOException {
        run("--json --params 13b --dtype fp16");
        assertThat(json().path("parts").path(0).path("bytes").asLong()).isEqualTo(26_000_000_000L);
        assertThat(json().path("right_size").asText()).isEqualTo("A100-80");
        assertThat(json().path("model").path("shape_assumed_of").asText()).isEqualTo("llama-2-13b");
        run("--json --params 13b --mode train --bytes-per-parameter 12 --zero 3");
        assertThat(json().at("/catalogue/4/gpu").asText()).isEqualTo("A100-80");
        assertThat(json().at("/catalogue/4/least_gpus_for_states").asInt()).isEqualTo(2);
        assertThat(json().at("/training/rule").asText()).contains("weights 2, gradients 2");
    }

    @Test
    void thisNodesGpusAreTakenTogether() throws IOException {
        assertThat(run("--json --params 8b")).isEqualTo(0);
        assertThat(json().at("/held/0/gpus").asInt()).isEqualTo(1);
        assertThat(json().at("/held/0/there").asInt()).isEqualTo(2);
        assertThat(run("--json --params 70b --dtype int8")).isEqualTo(0);
        assertThat(json().at("/held/0/gpus").asInt()).isEqualTo(2);
        assertThat(run("--params 70b --gpus 4")).isEqualTo(2);
        assertThat(command.out()).startsWith("DOES NOT FIT: this node has fewer GPUs than that\n");
    }

    @Test
    void aGpuWhoseMemoryIsNotKnownIsNoAnswer() {
        CommandRun blind =
                new CommandRun(new FakeNode(Nodes.node(SampleSource.live(), Nodes.lost(0))), FakeChecks.heat());
        assertThat(blind.run("fit", "--params", "8b")).isEqualTo(3);
        assertThat(blind.out()).startsWith("UNKNOWN: the memory of this node's GPUs could not be read\n");
    }

    @Test
    void aNodeWithoutGpusIsToldTheTable() {
        CommandRun bare = new CommandRun(new FakeNode(Nodes.node(SampleSource.live())), FakeChecks.heat());
        assertThat(bare.run("fit", "--params", "8b")).isEqualTo(0);
        assertThat(bare.out()).startsWith("this node has no GPU that answers");
    }

    @Test
    void configurationGivesTheShape() throws IOException {
        Path file = Files.writeString(folder.resolve("config.json"), """
                {"model_type": "llama\\u001b[31m", "hidden_size": 4096, "intermediate_size": 14336,
                 "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 8, "vocab_size": 128256}""");
        assertThat(run("--gpu H100 --context 128000 --config " + file)).isEqualTo(0);
        assertThat(command.out())
                .contains("131072 bytes a token x 128000 tokens")
                .contains("llama\\u001b[31m")
                .doesNotContain("\u001b")
                .doesNotContain("assumed");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | say which model",
                "--params x | is no number such as 13b",
                "--params 0b | 0 parameters are outside",
                "--params 999999t | outside 1 to",
                "--model llama | there are: gpt2-xl",
                "--params 8b --gpu RTX | no GPU 'RTX'",
                "--params 8b --batch 0 | 0 sequences of batch are outside",
                "--params 8b --context -1 | tokens of context are outside",
                "--params 8b --zero 4 --mode train | ZeRO stage 4",
                "--params 8b --bytes-per-parameter 11 | none of 16, 12, 10, 8",
                "--params 8b --kv-heads 99 --heads 8 | more than 8 attention heads",
                "--params 8b --trainable 9b --mode train | trained parameters",
                "--params 8b --headroom -1 | outside 0 to 1000",
                "--params 8b --gpus 0 | outside 1 to 4096",
                "--params 8b --config /nonexistent | no such file",
                "--model llama-2-7b --config x | exclude each other",
                "--params 8b --dtype fp17 | fp17",
            })
    void wrongUsageIsOneMessage(String arguments, String message) {
        assertThat(run(arguments)).isEqualTo(ExitCodes.USAGE);
        assertThat(command.err()).contains(message).doesNotContain("Exception");
        assertThat(command.out()).isEmpty();
    }

    @Test
    void aBrokenConfigurationIsAFileThatCannotBeUsed() throws IOException {
        Path file = Files.writeString(folder.resolve("config.json"), "{}");
        assertThat(run("--config " + file)).isEqualTo(ExitCodes.CONFIGURATION);
        assertThat(command.err()).contains("num_hidden_layers is missing");
    }

    private int run(String arguments) {
        return command.run(("fit " + arguments).strip().split(" +"));
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(command.out());
    }
}
