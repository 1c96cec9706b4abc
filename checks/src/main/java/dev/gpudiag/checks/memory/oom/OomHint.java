package dev.gpudiag.checks.memory.oom;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What the lines around a message say of what the program was doing. */
public enum OomHint {
    LOADING(
            "weights were being loaded",
            "from_pretrained",
            "load_state_dict",
            "load_checkpoint",
            "load_weights",
            "load_model",
            "model_loader",
            "create_weights",
            "loading checkpoint shards",
            "_apply(lambda t: t.cuda",
            "convert(t)"),
    OPTIMIZER("the optimizer was making a step", "optimizer.step", "exp_avg", "adamw.py", "adam.py", "_init_group"),
    BACKWARD("gradients were being computed", ".backward(", "autograd/__init__.py"),
    ATTENTION(
            "attention was being computed",
            "attention",
            "attn",
            "past_key_values",
            "kv_cache",
            "softmax",
            "q @ k",
            "rotary"),
    SERVING(
            "a serving engine was at work",
            "vllm",
            "sglang",
            "text_generation_server",
            "lmdeploy",
            "model_runner",
            ".generate("),
    /** The program had made many steps before. */
    MANY_STEPS("it had run for many steps");

    private final String inWords;

    @SuppressWarnings("ImmutableEnumChecker") // List.of makes no other
    private final List<String> signs;

    OomHint(String inWords, String... signs) {
        this.inWords = inWords;
        this.signs = List.of(signs);
    }

    public String inWords() {
        return inWords;
    }

    /** The hints whose signs are in {@code text}. */
    static Set<OomHint> in(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        EnumSet<OomHint> found = EnumSet.noneOf(OomHint.class);
        Arrays.stream(values())
                .filter(hint -> hint.signs.stream().anyMatch(lower::contains))
                .forEach(found::add);
        return found;
    }
}
