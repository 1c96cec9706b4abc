package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.image.ContainerImage;
import dev.gpudiag.agent.image.ImageException;
import dev.gpudiag.agent.report.CompatibilityText;
import dev.gpudiag.agent.report.CompatibilityText.Answer;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.cuda.CompatibilityQuestion.GpuClass;
import dev.gpudiag.checks.cuda.CompatibilityTable;
import dev.gpudiag.checks.cuda.Platform;
import dev.gpudiag.checks.cuda.ToolkitText;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
            "            docker inspect IMAGE > image.json; gpudiag compat --image image.json",
            "            gpudiag compat --pid 4711",
            "            gpudiag compat --matrix",
            "Exit codes: 0 it runs, 1 it may fail, 2 it fails, 3 not known (--matrix: 0)."
        })
final class CompatCommand implements Callable<Integer> {

    /** Reading one process may hang on its memory map. */
    private static final Duration PROCESS_WAIT = Duration.ofSeconds(2);

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

    @Option(names = "--pid", paramLabel = "PID", description = "A running process: its CUDA is found from outside.")
    private Long pid;

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
        long asked = List.of(cuda != null, require != null, image != null, pid != null, matrix).stream()
                .filter(Boolean::booleanValue)
                .count();
        if (asked != 1) {
            throw new UsageException("say one of --cuda VERSION, --image FILE, --pid PID, --require TEXT, --matrix");
        }
        Optional<ContainerImage> read = image == null ? Optional.empty() : Optional.of(readImage());
        Optional<Version> toolkit = cuda == null ? Optional.empty() : Optional.of(toolkit());
        CompatibilityTable table = CompatibilityTable.shipped();
        if (pid != null) {
            return print(table, ofProcess(table));
        }
        CompatAnswers answers =
                new CompatAnswers(table, platforms(), optional("--compat-lib", compatLibrary, "13.0"), jit);
        if (matrix) {
            return printMatrix(table, answers.ofEveryToolkit());
        }
        if (require != null) {
            return print(table, ofRequirement(answers));
        }
        return print(table, read.isPresent() ? answers.ofImage(read.get()) : answers.ofToolkit(toolkit.orElseThrow()));
    }

    private Version toolkit() throws UsageException {
        return ToolkitText.parse(cuda)
                .orElseThrow(() -> new UsageException("--cuda: '" + cuda + "' is no version such as 12.4"));
    }

    /** A process meets the driver and GPUs of its own node, whatever else is asked. */
    private Answer ofProcess(CompatibilityTable table) throws UsageException, UnusableFileException {
        if (driver != null || gpuArch != null || gpuClass != null || compatLibrary != null || jit) {
            throw new UsageException("--pid is judged as it runs here: it takes no --driver, --gpu-arch, --gpu-class,"
                    + " --compat-lib, --jit");
        }
        try (NodeSource node =
                context.sources().open(source.options(context), Settings.defaults(), Set.of(Need.PROCESSES))) {
            NodeSample sample = node.sample(context.stopwatch().remaining(timeout.value()));
            GpuHolder holder = sample.host()
                    .holder(pid)
                    .or(() -> node.process(pid, PROCESS_WAIT))
                    .filter(found -> found.startTicks().isPresent())
                    .orElseThrow(() -> new UsageException("no process " + pid + " here"));
            return ProcessAnswer.of(holder, sample, table);
        }
    }

    private Answer ofRequirement(CompatAnswers answers) throws UsageException {
        try {
            return answers.ofRequirement(require);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--require: " + e.getMessage());
        }
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

    private List<Platform> platforms() throws UsageException, UnusableFileException {
        Optional<Version> arch = optional("--gpu-arch", gpuArch, "9.0");
        Optional<GpuClass> kind = Optional.ofNullable(gpuClass);
        if (driver != null) {
            return List.of(Platform.of(version("--driver", driver, "535.129.03"), arch, kind));
        }
        try (NodeSource node = context.sources().open(source.options(context))) {
            return Platform.of(node.sample(context.stopwatch().remaining(timeout.value()))).stream()
                    .map(platform -> platform.with(arch, kind))
                    .toList();
        }
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

    private int printMatrix(CompatibilityTable table, List<Answer> answers) {
        context.console()
                .out()
                .print(
                        json
                                ? CompatibilityText.json(answers, table.date()) + "\n"
                                : CompatibilityText.matrix(answers, table.date()));
        return ExitCodes.OK;
    }

    private static Optional<Version> optional(String flag, String text, String example) throws UsageException {
        return text == null ? Optional.empty() : Optional.of(version(flag, text, example));
    }

    private static Version version(String flag, String text, String example) throws UsageException {
        return Version.parse(text)
                .orElseThrow(() -> new UsageException(flag + ": '" + text + "' is no version such as " + example));
    }
}
