package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.checks.fit.Fit;
import dev.gpudiag.checks.fit.FitQuestion;
import dev.gpudiag.checks.fit.FitQuestion.Mode;
import dev.gpudiag.checks.fit.MemoryNeed;
import dev.gpudiag.checks.fit.ModelShape;
import dev.gpudiag.checks.fit.RightSize;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Whether a model fits, as one JSON document. */
public final class FitJson {

    private FitJson() {}

    public static String of(FitAnswer answer) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("schema_version", 1);
        FitQuestion question = answer.question();
        model(json.putObject("model"), question.shape(), answer);
        json.put("mode", question.mode().name().toLowerCase(Locale.ROOT));
        json.put("dtype", question.weights().word());
        json.put("kv_dtype", question.cache().word());
        json.put("context", question.context());
        json.put("batch", question.batch());
        if (question.mode() == Mode.TRAIN) {
            ObjectNode training = json.putObject("training");
            training.put("bytes_per_parameter", question.training().state().bytes());
            training.put("rule", question.training().state().words());
            training.put("zero_stage", question.training().zeroStage());
            training.put("trained_parameters", question.training().trained());
        } else {
            json.putNull("training");
        }
        need(json, answer);
        ArrayNode held = json.putArray("held");
        answer.held().forEach(found -> {
            ObjectNode node = fit(held.addObject(), found.fit());
            number(node, "there", found.there());
            number(node, "free_now", found.freeNow());
        });
        ArrayNode catalogue = json.putArray("catalogue");
        answer.catalogue().forEach(row -> {
            ObjectNode node = fit(catalogue.addObject(), row.one());
            node.put("least_gpus", row.least().map(fit -> fit.need().gpus()).orElse(null));
            number(node, "least_gpus_for_states", row.leastForStates());
        });
        json.put("table_date", answer.tableDate());
        return JsonText.of(json);
    }

    private static void model(ObjectNode json, ModelShape shape, FitAnswer answer) {
        json.put("name", shape.name());
        json.put("shape_assumed_of", answer.assumed().orElse(null));
        json.put("parameters", shape.parameters());
        json.put("layers", shape.layers());
        json.put("hidden_size", shape.hidden());
        json.put("heads", shape.heads());
        json.put("kv_heads", shape.kvHeads());
        json.put("head_size", shape.headSize());
    }

    private static void need(ObjectNode json, FitAnswer answer) {
        json.put("gpus", answer.need().gpus());
        ArrayNode parts = json.putArray("parts");
        for (MemoryNeed.Part part : answer.need().parts()) {
            ObjectNode node = parts.addObject();
            node.put("part", part.kind().name().toLowerCase(Locale.ROOT));
            node.put("bytes", Math.round(part.bytes()));
            node.put("rule", part.rule());
        }
        json.put("need_bytes", Math.round(answer.need().total()));
        json.put("headroom_ratio", answer.headroom());
        json.put("need_with_headroom_bytes", Math.round(answer.need().total() * (1 + answer.headroom())));
        json.put(
                "right_size",
                RightSize.of(answer.catalogue().getFirst().one().need().total()).orElse(null));
        json.put("smallest", answer.smallest().orElse(null));
    }

    private static ObjectNode fit(ObjectNode json, Fit fit) {
        json.put("gpu", fit.gpu().name());
        json.put("gpus", fit.need().gpus());
        json.put("total_bytes", Math.round(fit.gpu().totalBytes()));
        json.put("usable_bytes", Math.round(fit.gpu().usableBytes()));
        json.put("result", fit.level().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        number(json, "longest_context", fit.mostContext());
        number(json, "largest_batch", fit.mostBatch());
        return json;
    }

    private static void number(ObjectNode json, String key, OptionalLong value) {
        json.put(key, value.isPresent() ? value.getAsLong() : null);
    }

    private static void number(ObjectNode json, String key, OptionalInt value) {
        json.put(key, value.isPresent() ? value.getAsInt() : null);
    }
}
