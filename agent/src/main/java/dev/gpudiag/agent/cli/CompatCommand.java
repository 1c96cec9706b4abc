package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.report.CompatibilityText;
import dev.gpudiag.agent.report.CompatibilityText.Answer;
import dev.gpudiag.checks.cuda.Compatibility;
import dev.gpudiag.checks.cuda.CompatibilityQuestion;
import dev.gpudiag.checks.cuda.CompatibilityQuestion.GpuClass;
import dev.gpudiag.checks.cuda.CompatibilityTable;
import dev.gpudiag.checks.cuda.Decision;
import dev.gpudiag.checks.cuda.Toolkit;
import dev.gpudiag.telemetry.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gpudiag compat}: whether a CUDA program would run, before anything runs. */
@Command(
        name = "compat",
        description = "Say whether a CUDA program runs on a driver and a GPU, why not, and the cheapest way out.",
        footer = {
            "",
            "Examples:   gpudiag compat --cuda 12.4",
            "            gpudiag compat --cuda 13.0 --driver 535.129.03 --gpu-arch 9.0 --gpu-class datacenter",
            "            gpudiag compat --matrix",
            "Exit codes: 0 it runs, 1 it may fail, 2 it fails, 3 not known (--matrix: 0)."
        })
final class CompatCommand implements Callable<Integer> {

    private final CommandContext context;

    @Option(names = "--cuda", paramLabel = "VERSION", description = "CUDA toolkit of the program or image.")
    private String cuda;

    @Option(
            names = "--require",
            paramLabel = "TEXT",
            description = "What the image asks, as in its NVIDIA_REQUIRE_CUDA variable.")
    private String require;

    @Option(names = "--matrix", description = "Which toolkits run, and why not the others.")
    private boolean matrix;

    @Option(names = "--driver", paramLabel = "VERSION", description = "Driver version (default: this node's).")
    private String driver;

    @Option(
            names = "--gpu-arch",
            paramLabel = "X.Y",
            description = "Compute capability of the GPU (default: this node's, unknown with --driver).")
    private String gpuArch;

    @Option(
            names = "--gpu-class",
            paramLabel = "CLASS",
            description = "datacenter, workstation or geforce (default: from the GPU's name).")
    private GpuClass gpuClass;

    @Option(
            names = "--compat-lib",
            paramLabel = "VERSION",
            description = "CUDA or driver version of a forward-compatibility libcuda on the program's path.")
    private String compatLibrary;

    @Option(names = "--jit", description = "The program compiles at run time: Triton, torch.compile, NVRTC, numba.")
    private boolean jit;

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    @Mixin
    private SourceFlags source;

    @Mixin
    private TimeoutFlag timeout;

    CompatCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException {
        long asked = List.of(cuda != null, require != null, matrix).stream()
                .filter(Boolean::booleanValue)
                .count();
        if (asked != 1) {
            throw new UsageException("say one of --cuda VERSION, --require TEXT, --matrix");
        }
        List<CompatTarget> targets = targets();
        CompatibilityTable table = CompatibilityTable.shipped();
        if (require != null) {
            return print(table, RequirementDecision.worst(require, targets, table));
        }
        if (matrix) {
            return printMatrix(table, targets);
        }
        return print(table, worst(table, targets, version("--cuda", cuda)));
    }

    private List<CompatTarget> targets() throws UsageException, UnusableFileException {
        Optional<Version> arch = optional("--gpu-arch", gpuArch);
        if (driver != null) {
            return List.of(new CompatTarget(
                    Optional.of(version("--driver", driver)),
                    Optional.empty(),
                    arch,
                    Optional.ofNullable(gpuClass),
                    Optional.empty()));
        }
        try (NodeSource node = context.sources().open(source.options(context))) {
            return CompatTarget.of(node.sample(context.stopwatch().remaining(timeout.value()))).stream()
                    .map(target -> target.with(arch, Optional.ofNullable(gpuClass)))
                    .toList();
        }
    }

    private Answer worst(CompatibilityTable table, List<CompatTarget> targets, Version toolkit) throws UsageException {
        Optional<Version> library = optional("--compat-lib", compatLibrary);
        Compatibility compatibility = new Compatibility(table);
        return targets.stream()
                .map(target -> new Answer(
                        target.driver(),
                        target.driverCuda().or(() -> target.driver().flatMap(table::driverCuda)),
                        Optional.of(toolkit),
                        target.capability(),
                        target.driver()
                                .map(version -> compatibility.decide(new CompatibilityQuestion(
                                        toolkit,
                                        version,
                                        target.driverCuda(),
                                        target.capability(),
                                        target.gpuClass(),
                                        library,
                                        jit,
                                        false)))
                                .orElseGet(CompatTarget::unknownDriver)))
                .max(Comparator.comparingInt(CompatCommand::badness))
                .orElseThrow();
    }

    /** A failure is worse than what is not known. */
    private static int badness(Answer answer) {
        Decision.Result result = answer.decision().result();
        return result == Decision.Result.FAILS ? Integer.MAX_VALUE : result.exitCode();
    }

    private int print(CompatibilityTable table, Answer answer) {
        context.console()
                .out()
                .print(
                        json
                                ? CompatibilityText.json(answer, table.date()) + "\n"
                                : CompatibilityText.text(answer, table.date()));
        return answer.decision().result().exitCode();
    }

    private int printMatrix(CompatibilityTable table, List<CompatTarget> targets) throws UsageException {
        List<Answer> answers = new ArrayList<>();
        for (int major = table.newest().version().major(); !table.minors(major).isEmpty(); major--) {
            for (Toolkit toolkit : table.minors(major).reversed()) {
                answers.add(worst(table, targets, toolkit.minorVersion()));
            }
        }
        context.console()
                .out()
                .print(
                        json
                                ? CompatibilityText.json(answers, table.date()) + "\n"
                                : CompatibilityText.matrix(answers, table.date()));
        return ExitCodes.OK;
    }

    private static Optional<Version> optional(String flag, String text) throws UsageException {
        return text == null ? Optional.empty() : Optional.of(version(flag, text));
    }

    private static Version version(String flag, String text) throws UsageException {
        return Version.parse(text)
                .orElseThrow(
                        () -> new UsageException(flag + ": '" + text + "' is no version such as 12.4 or 535.129.03"));
    }
}
