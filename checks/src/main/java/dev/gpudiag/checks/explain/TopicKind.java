package dev.gpudiag.checks.explain;

import java.util.Arrays;
import java.util.Optional;

/** What a topic can be; the word chooses it where a number means several things. */
public enum TopicKind {
    CHECK("check", "a check of gpudiag", "ecc"),
    RULE("rule", "a rule of a check", "ecc.remap_failure"),
    XID("xid", "an Xid of the kernel log", "xid 79"),
    SXID("sxid", "an SXid of an NVSwitch in the kernel log", "sxid 11004"),
    NVML("nvml", "a return code of NVML, number or name", "nvml 15"),
    CUDA("cuda", "a CUDA error, number or name", "cuda 804"),
    CLOCKS("clocks", "a reason of the clocks, name or mask", "0x48");

    private final String word;
    private final String meaning;
    private final String example;

    TopicKind(String word, String meaning, String example) {
        this.word = word;
        this.meaning = meaning;
        this.example = example;
    }

    public static Optional<TopicKind> of(String word) {
        return Arrays.stream(values()).filter(kind -> kind.word.equals(word)).findFirst();
    }

    /** As it is typed. */
    public String word() {
        return word;
    }

    public String meaning() {
        return meaning;
    }

    /** A topic of this kind. */
    public String example() {
        return example;
    }
}
