package dev.gpudiag.agent.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gpudiag.checks.fit.ModelShape;
import java.util.OptionalLong;
import java.util.Set;

/** Reckons the weights of a decoder from its shape; norms and biases, less than a thousandth, are left out. */
final class ParameterCount {

    /** Families whose feed-forward part has two matrices; the others gate it with a third. */
    private static final Set<String> TWO_MATRICES = Set.of(
            "gpt2", "gpt_neo", "gpt_neox", "gptj", "gpt_bigcode", "opt", "bloom", "falcon", "phi", "starcoder2", "mpt");

    private static final long MOST = 1_000_000;

    private final JsonNode json;
    private final ModelShape shape;

    ParameterCount(JsonNode json, ModelShape shape) {
        this.json = json;
        this.shape = shape;
    }

    /** Empty where the shape does not say: latent attention, experts of another width than the dense layers. */
    OptionalLong reckon() {
        if (shape.latentWidth().isPresent()
                || json.has("moe_intermediate_size")
                || shape.vocabulary().isEmpty()) {
            return OptionalLong.empty();
        }
        long hidden = shape.hidden();
        boolean two = TWO_MATRICES.contains(json.path("model_type").asText());
        long inner = whole("intermediate_size", whole("ffn_dim", whole("n_inner", two ? 4 * hidden : 0)));
        long experts = whole("num_local_experts", 1);
        if (inner < 1 || inner > MOST || experts < 1 || experts > MOST || hidden > MOST) {
            return OptionalLong.empty();
        }
        double queries = (double) shape.heads() * shape.headSize();
        double keys = (double) shape.kvHeads() * shape.headSize();
        double attention = 2 * hidden * queries + 2 * hidden * keys;
        double feedForward = (double) experts * (two ? 2 : 3) * hidden * inner + (experts > 1 ? hidden * experts : 0);
        boolean tied = json.path("tie_word_embeddings").asBoolean(two);
        double embeddings = (double) shape.vocabulary().getAsInt() * hidden * (tied ? 1 : 2);
        return OptionalLong.of((long) (embeddings + shape.layers() * (attention + feedForward)));
    }

    private long whole(String name, long otherwise) {
        JsonNode value = json.path(name);
        return value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() : otherwise;
    }
}
