package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.config.Suggestions;
import dev.gpudiag.agent.model.ModelConfig;
import dev.gpudiag.agent.model.ModelConfigException;
import dev.gpudiag.checks.fit.KnownModels;
import dev.gpudiag.checks.fit.ModelShape;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The options that say which model. */
final class ModelFlags {

    private static final Pattern COUNT =
            Pattern.compile("(\\d{1,15}(?:\\.\\d{1,6})?(?:[eE]\\d{1,2})?)\\s*([kKmMbBtT]?)");

    @Option(names = "--params", paramLabel = "N", description = "Number of weights: 13b, 7.5B, 350m.")
    private String params;

    @Option(names = "--model", paramLabel = "NAME", description = "A model whose shape is known (see --models).")
    private String model;

    @Option(names = "--config", paramLabel = "FILE", description = "The model's config.json (Hugging Face).")
    private String config;

    @Option(names = "--layers", paramLabel = "N", description = "Transformer layers.")
    private Integer layers;

    @Option(names = "--hidden", paramLabel = "N", description = "Hidden size.")
    private Integer hidden;

    @Option(names = "--heads", paramLabel = "N", description = "Attention heads.")
    private Integer heads;

    @Option(names = "--kv-heads", paramLabel = "N", description = "Heads whose keys and values are cached.")
    private Integer kvHeads;

    @Option(names = "--head-size", paramLabel = "N", description = "Width of one head.")
    private Integer headSize;

    /**
     * The model that was asked for.
     *
     * @param assumed the known model whose shape was taken because none was given
     */
    record Asked(ModelShape shape, Optional<String> assumed) {}

    Asked shape(KnownModels known) throws UsageException, UnusableFileException {
        OptionalLong parameters = params == null ? OptionalLong.empty() : OptionalLong.of(count("--params", params));
        if (model != null && config != null) {
            throw new UsageException("--model and --config exclude each other");
        }
        try {
            if (config != null) {
                Path file = SourceFlags.existingFile("--config", config);
                return new Asked(changed(ModelConfig.read(file, parameters)), Optional.empty());
            }
            if (model != null) {
                ModelShape shape = named(known, model);
                return new Asked(
                        changed(shape.withParameters(parameters.orElse(shape.parameters()))), Optional.empty());
            }
            if (parameters.isEmpty()) {
                throw new UsageException("say which model: --params 13b, --model NAME, or --config config.json");
            }
            ModelShape nearest = known.nearest(parameters.getAsLong()).withParameters(parameters.getAsLong());
            boolean given = layers != null && kvHeads != null && headSize != null;
            return new Asked(changed(nearest), given ? Optional.empty() : Optional.of(nearest.name()));
        } catch (ModelConfigException e) {
            throw new UnusableFileException(e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private static ModelShape named(KnownModels known, String name) throws UsageException {
        List<String> names = known.models().stream().map(ModelShape::name).toList();
        return known.named(name)
                .orElseThrow(() -> new UsageException("no model '" + name + "'" + Suggestions.hint(name, names)
                        + "\nthere are: " + String.join(", ", names) + "; for another say --config config.json"));
    }

    /** The shape with what single options say of it. */
    private ModelShape changed(ModelShape shape) {
        int newHeadSize = otherwise(headSize, shape.headSize());
        boolean anything = layers != null || hidden != null || heads != null || kvHeads != null || headSize != null;
        if (!anything) {
            return shape;
        }
        int newKvHeads = otherwise(kvHeads, Math.min(shape.kvHeads(), otherwise(heads, shape.kvHeads())));
        return new ModelShape(
                params == null ? shape.name() : "model",
                shape.parameters(),
                otherwise(layers, shape.layers()),
                otherwise(hidden, shape.hidden()),
                otherwise(heads, Math.max(newKvHeads, shape.heads())),
                newKvHeads,
                newHeadSize,
                kvHeads == null && headSize == null ? shape.latentWidth() : OptionalInt.empty(),
                layers == null ? shape.window() : Optional.empty(),
                shape.vocabulary());
    }

    private static int otherwise(Integer given, int value) {
        return given == null ? value : given;
    }

    /** A number with k, m, b or t behind it. */
    static long count(String option, String text) throws UsageException {
        Matcher matcher = COUNT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new UsageException(option + ": '" + text + "' is no number such as 13b, 7.5b or 350m");
        }
        int zeros = 3
                * " kmbt"
                        .indexOf(
                                matcher.group(2).isEmpty()
                                        ? ' '
                                        : Character.toLowerCase(matcher.group(2).charAt(0)));
        BigDecimal value = new BigDecimal(matcher.group(1)).scaleByPowerOfTen(zeros);
        return value.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValue();
    }
}
