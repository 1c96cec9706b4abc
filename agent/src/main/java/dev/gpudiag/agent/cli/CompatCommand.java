package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.image.ContainerImage;
import dev.gpudiag.agent.image.ImageException;
import dev.gpudiag.agent.report.CompatibilityText;
import dev.gpudiag.agent.report.CompatibilityText.Answer;
import dev.gpudiag.checks.cuda.Compatibility;
import dev.gpudiag.checks.cuda.CompatibilityQuestion;
import dev.gpudiag.checks.cuda.CompatibilityQuestion.GpuClass;
import dev.gpudiag.checks.cuda.CompatibilityTable;
import dev.gpudiag.checks.cuda.Decision;
import dev.gpudiag.checks.cuda.Toolkit;
import dev.gpudiag.telemetry.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
            "            docker inspect IMAGE > image.json; gpudiag compat --image image.json",
            "            gpudiag compat --matrix",
            "Exit codes: 0 it runs, 1 it may fail, 2 it fails, 3 not known (--matrix: 0)."
        })
final class CompatCommand implements Callable<Integer> {

    private static final Pattern TOOLKIT = Pattern.compile("(\\d{1,3}\\.\\d{1,3}(?:\\.\\d(?!\\d))?)");

    private final CommandContext context;

    @Option(names = "--cuda", paramLabel = "VERSION", description = "CUDA toolkit of the program or image.")
    private String cuda;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "An image: docker inspect's JSON, a docker save tar, an OCI layout or its tar.")
    private Path image;

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
        long asked = List.of(cuda != null, require != null, image != null, matrix).stream()
                .filter(Boolean::booleanValue)
                .count();
        if (asked != 1) {
            throw new UsageException("say one of --cuda VERSION, --image FILE, --require TEXT, --matrix");
        }
        Optional<ContainerImage> read = image == null ? Optional.empty() : Optional.of(readImage());
        List<CompatTarget> targets = targets();
        CompatibilityTable table = CompatibilityTable.shipped();
        if (require != null) {
            return print(table, judged(require, targets, table, "--require"));
        }
        if (matrix) {
            return printMatrix(table, targets);
        }
        return print(
                table,
                read.isPresent()
                        ? ofImage(read.get(), table, targets)
                        : worst(table, targets, version("--cuda", cuda)));
    }

    private ContainerImage readImage() throws UsageException, UnusableFileException {
        if (!Files.exists(image)) {
            throw new UsageException("no file " + image);
        }
        try {
            return ContainerImage.read(image);
        } catch (ImageException e) {
            throw new UnusableFileException(e.getMessage());
        }
    }

    /** What the image asks is judged before it starts, its CUDA after. */
    private Answer ofImage(ContainerImage asked, CompatibilityTable table, List<CompatTarget> targets)
            throws UsageException {
        boolean disabled = Boolean.parseBoolean(asked.environment().getOrDefault("NVIDIA_DISABLE_REQUIRE", "false"));
        for (Map.Entry<String, String> variable : asked.environment().entrySet()) {
            if (!disabled && variable.getKey().startsWith("NVIDIA_REQUIRE_")) {
                Answer answer = judged(variable.getValue(), targets, table, variable.getKey());
                if (answer.decision().result() == Decision.Result.FAILS) {
                    return answer;
                }
            }
        }
        Optional<Version> toolkit = asked.cuda().map(Map.Entry::getValue).flatMap(CompatCommand::toolkit);
        CompatTarget first = targets.getFirst();
        return toolkit.isPresent()
                ? worst(table, targets, toolkit.get())
                : new Answer(
                        first.driver(),
                        first.driverCuda(),
                        Optional.empty(),
                        first.capability(),
                        CompatTarget.unknownToolkit());
    }

    private static Answer judged(String asked, List<CompatTarget> targets, CompatibilityTable table, String source)
            throws UsageException {
        try {
            return RequirementDecision.worst(asked, targets, table);
        } catch (IllegalArgumentException e) {
            throw new UsageException(source + ": " + e.getMessage());
        }
    }

    /** Of 12.4.1 as of {@code 12.4.127-1}, whose last number is a build. */
    private static Optional<Version> toolkit(String text) {
        Matcher matcher = TOOLKIT.matcher(text);
        return matcher.lookingAt() ? Version.parse(matcher.group(1)) : Optional.empty();
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
