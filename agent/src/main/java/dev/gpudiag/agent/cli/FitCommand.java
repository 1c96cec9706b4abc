package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.report.FitAnswer;
import dev.gpudiag.agent.report.FitJson;
import dev.gpudiag.agent.report.FitText;
import dev.gpudiag.checks.fit.FitQuestion;
import dev.gpudiag.checks.fit.FitQuestion.Mode;
import dev.gpudiag.checks.fit.FitQuestion.Training;
import dev.gpudiag.checks.fit.GpuModel;
import dev.gpudiag.checks.fit.GpuModels;
import dev.gpudiag.checks.fit.KnownModels;
import dev.gpudiag.checks.fit.ModelShape;
import dev.gpudiag.checks.fit.NumberFormat;
import dev.gpudiag.checks.fit.Recomputation;
import dev.gpudiag.checks.fit.TrainingState;
import dev.gpudiag.telemetry.NodeSample;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gpudiag fit}: will a model fit, and where. */
@Command(
        name = "fit",
        description = "Say whether a language model fits into GPUs, which, and how much context or batch beside it.",
        footer = {
            "",
            "Examples:   gpudiag fit --params 13b --dtype fp16 --context 8192 --batch 8",
            "            gpudiag fit --model llama-3.1-70b --dtype int4 --gpu H100",
            "            gpudiag fit --config config.json --mode train --zero 3 --gpus 8",
            "Exit codes: 0 it fits with headroom, 1 without headroom only, 2 it does not fit, 3 not known."
        })
final class FitCommand implements Callable<Integer> {

    private final CommandContext context;

    @Mixin
    private ModelFlags model;

    @Option(
            names = "--dtype",
            paramLabel = "FORMAT",
            defaultValue = "fp16",
            description = "Format of the weights: ${COMPLETION-CANDIDATES}.")
    private NumberFormat weights;

    @Option(names = "--kv-dtype", paramLabel = "FORMAT", defaultValue = "fp16", description = "Format of the KV cache.")
    private NumberFormat cache;

    @Option(names = "--mode", paramLabel = "MODE", defaultValue = "inference", description = "inference or train.")
    private Mode mode;

    @Option(
            names = "--context",
            paramLabel = "TOKENS",
            defaultValue = "4096",
            description = "Tokens of a sequence (${DEFAULT-VALUE}).")
    private long tokens;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1",
            description = "Sequences at once; in training on each GPU.")
    private long batch;

    @Option(
            names = "--bytes-per-parameter",
            paramLabel = "N",
            defaultValue = "16",
            description = "Training: 16 mixed-precision AdamW, 12 without FP32 copy, 10 8-bit Adam, 8 all BF16.")
    private int bytesPerParameter;

    @Option(
            names = "--zero",
            paramLabel = "STAGE",
            defaultValue = "0",
            description = "Training: ZeRO stage 0 to 3 (3 is FSDP).")
    private int zero;

    @Option(
            names = "--recompute",
            paramLabel = "WHAT",
            defaultValue = "selective",
            description = "Training: none, selective (flash attention), full.")
    private Recomputation recomputation;

    @Option(
            names = "--trainable",
            paramLabel = "N",
            description = "Training: weights that are trained, such as adapters of 40m (default: all).")
    private String trainable;

    @Option(
            names = "--gpu",
            paramLabel = "NAME",
            description =
                    "Against this kind of GPU, not this node's (T4, A10, A100-40, L40S, A100-80, H100, H200, B200).")
    private String gpu;

    @Option(
            names = "--gpus",
            paramLabel = "N",
            description = "This many of them (default: one; on this node the least that hold it).")
    private Integer gpus;

    @Option(
            names = "--headroom",
            paramLabel = "PERCENT",
            defaultValue = "20",
            description = "What must stay free beside the need (${DEFAULT-VALUE}).")
    private int headroom;

    @Option(names = "--models", description = "List the models whose shape is known.")
    private boolean listModels;

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    @Mixin
    private SourceFlags source;

    @Mixin
    private TimeoutFlag timeout;

    FitCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException {
        KnownModels known = KnownModels.shipped();
        if (listModels) {
            context.console().out().print(FitText.models(known));
            return ExitCodes.OK;
        }
        if (headroom < 0 || headroom > 1000) {
            throw new UsageException("--headroom: " + headroom + " is outside 0 to 1000 percent");
        }
        if (gpus != null && (gpus < 1 || gpus > 4096)) {
            throw new UsageException("--gpus: " + gpus + " is outside 1 to 4096");
        }
        ModelFlags.Asked asked = model.shape(known);
        GpuModels catalogue = GpuModels.shipped();
        FitAnswer answer = FitAnswer.of(
                question(asked.shape()),
                asked.assumed(),
                catalogue,
                target(catalogue),
                headroom / 100.0,
                Optional.ofNullable(gpus));
        context.console().out().print(json ? FitJson.of(answer) + "\n" : FitText.of(answer));
        return answer.exitCode();
    }

    private FitQuestion question(ModelShape shape) throws UsageException {
        TrainingState state = TrainingState.ofBytes(bytesPerParameter)
                .orElseThrow(() -> new UsageException(
                        "--bytes-per-parameter: " + bytesPerParameter + " is none of 16, 12, 10, 8"));
        long trained = trainable == null ? shape.parameters() : ModelFlags.count("--trainable", trainable);
        try {
            return new FitQuestion(
                    shape, mode, weights, cache, tokens, batch, new Training(state, zero, recomputation, trained));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    /** What it is held against: the named GPU, this node's, or nothing where there is none. */
    private FitAnswer.Target target(GpuModels catalogue) throws UsageException, UnusableFileException {
        if (gpu != null) {
            GpuModel named = catalogue
                    .named(gpu)
                    .orElseThrow(() -> new UsageException("no GPU '" + gpu + "'\nthere are: "
                            + String.join(
                                    ", ",
                                    catalogue.gpus().stream()
                                            .map(GpuModel::name)
                                            .toList())));
            return new FitAnswer.Named(named);
        }
        try (NodeSource node = context.sources().open(source.options(context))) {
            NodeSample sample = node.sample(context.stopwatch().remaining(timeout.value()));
            return FitAnswer.NodeGpus.of(sample);
        }
    }
}
