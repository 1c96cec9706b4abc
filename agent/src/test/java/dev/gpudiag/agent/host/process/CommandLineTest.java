package dev.gpudiag.agent.host.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {

    private static String shown(String words) {
        return CommandLine.shown(words.replace(' ', '\0').getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "serve --api-key s3cret --port 8000 | serve --api-key *** --port 8000",
                "serve --api-key=s3cret | serve --api-key=***",
                "run --hf_token=abc --model m | run --hf_token=*** --model m",
                "run -password x | run -password ***",
                "run --no-auth-token --port 1 | run --no-auth-token --port 1",
                "env AWS_SECRET_ACCESS_KEY=abc python | env AWS_SECRET_ACCESS_KEY=*** python",
                "run DB_PASSWORD:abc | run DB_PASSWORD:***",
                "pull https://alice:pw@example.org/m | pull https://***@example.org/m",
                "run hf_abcdefghijklmnop | run ***",
                "run x=sk-proj-abcdefgh12345678 | run x=***",
                "run 3f786850e387550fdab836ed7e6dc881de23001b | run ***",
                "run eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc | run ***",
                "python /data/models/llama-3-70b-instruct-fp8/v2024/consolidated.00.pth | python /data/models/llama-3-70b-instruct-fp8/v2024/consolidated.00.pth",
                "python -m torch.distributed.run --nproc-per-node 8 train.py | python -m torch.distributed.run --nproc-per-node 8 train.py",
                "vllm --model meta-llama/Meta-Llama-3.1-405B-Instruct-FP8 | vllm --model meta-llama/Meta-Llama-3.1-405B-Instruct-FP8",
                "run --max-new-tokens 512 --tokenizer gpt2 | run --max-new-tokens 512 --tokenizer gpt2",
            })
    void secretsAreLeftOut(String words, String expected) {
        assertThat(shown(words)).isEqualTo(expected);
    }

    @Test
    void secretsInsideAScriptAreLeftOutAsWell() {
        byte[] bytes =
                "sh\0-c\0export TOKEN=abc; curl -H 'Authorization: Bearer xyz' u".getBytes(StandardCharsets.UTF_8);

        assertThat(CommandLine.shown(bytes)).doesNotContain("abc", "xyz").contains("curl");
    }

    @Test
    void aLongLineIsShortened() {
        assertThat(shown("python " + "a".repeat(5000))).hasSize(259).endsWith("...");
    }

    @Test
    void aDeadProcessHasNone() {
        assertThat(shown("")).isEmpty();
    }
}
