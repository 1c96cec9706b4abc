package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gpudiag.agent.config.Suggestions;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** Runs one command and gives its exit code; every failure is one message. */
public final class Main {

    private static final int USAGE_WIDTH = 100;
    private static final int OPTION_WIDTH = 28;

    private final CommandContext context;

    public Main(CommandContext context) {
        this.context = context;
    }

    @SuppressWarnings("SystemExitOutsideMain") // halt: a native call that never returns must not hold the exit
    public static void main(String[] args) {
        Map<String, String> environment = System.getenv();
        Console console = Console.system(environment);
        int exitCode;
        try {
            exitCode = new Main(Wiring.context(console, environment)).run(args);
        } catch (Throwable e) {
            exitCode = bug(console, environment, e);
        }
        console.flush();
        ControlPipe.answer(environment, exitCode);
        Runtime.getRuntime().halt(exitCode);
    }

    /** The exit code of the command in {@code args}. */
    public int run(String... args) {
        CommandLine line = commands();
        if (args.length == 0) {
            line.usage(context.console().err());
            return ExitCodes.USAGE;
        }
        try {
            return line.execute(args);
        } catch (StackOverflowError | OutOfMemoryError e) {
            context.console().complain("this input is too large or too deeply nested: " + e);
            return ExitCodes.CONFIGURATION;
        }
    }

    private CommandLine commands() {
        CommandLine line = new CommandLine(new Root());
        for (Object command : List.of(
                new AdviseCommand(context, Thread::sleep),
                new AnalyzeMemoryCommand(context),
                new CheckCommand(context),
                new CompatCommand(context),
                new FitCommand(context),
                new ExplainCommand(context),
                new ListCommand(context),
                new ReleaseCommand(context),
                new ReportCommand(context),
                new RunbookCommand(context),
                new TopCommand(context),
                new CompletionCommand(context),
                new ManPagesCommand(context),
                new SnapshotCommand(context),
                new StatusCommand(context),
                new ServeCommand(context),
                new ExplainOomCommand(context),
                new TimelineCommand(context, InstantSource.system()),
                new TorchCommand(context),
                new XidCommand(context),
                new WatchMemoryCommand(context, Thread::sleep),
                new VersionCommand(context))) {
            line.addSubcommand(new CommandLine(command));
        }
        line.addSubcommand(BaselineCommand.line(context));
        line.addSubcommand(ConfigCommand.line(context));
        line.setOut(new PrintWriter(context.console().out(), true, UTF_8));
        line.setErr(new PrintWriter(context.console().err(), true, UTF_8));
        line.setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF));
        line.setUsageHelpWidth(USAGE_WIDTH);
        line.setUsageHelpLongOptionsMaxWidth(OPTION_WIDTH);
        abbreviate(line);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((error, arguments) -> usage(error));
        line.setExecutionExceptionHandler((error, command, parsed) -> failed(error));
        return line;
    }

    /** The options stand below: naming them in the first lines too takes a third of the screen. */
    private static void abbreviate(CommandLine line) {
        line.getCommandSpec().usageMessage().abbreviateSynopsis(true);
        line.getSubcommands().values().forEach(Main::abbreviate);
    }

    private int usage(ParameterException error) {
        String command = error.getCommandLine().getCommandSpec().qualifiedName();
        context.console().complain(message(error) + "\ntry: " + command + " --help");
        return ExitCodes.USAGE;
    }

    private static String message(ParameterException error) {
        CommandLine line = error.getCommandLine();
        if (error instanceof UnmatchedArgumentException unmatched) {
            String argument = unmatched.getUnmatched().getFirst();
            if (argument.startsWith("-")) {
                String flag = argument.replaceFirst("=.*", "");
                return "no option '" + flag + "'"
                        + Suggestions.hint(
                                flag, line.getCommandSpec().optionsMap().keySet());
            }
            if (!line.getSubcommands().isEmpty()) {
                return "no command '" + argument + "'"
                        + Suggestions.hint(argument, line.getSubcommands().keySet());
            }
            return "'" + argument + "' is one argument too many";
        }
        if (error instanceof MissingParameterException missing) {
            return missing.getMessage();
        }
        return String.valueOf(error.getMessage()).lines().findFirst().orElse("wrong usage");
    }

    private int failed(Exception error) {
        return switch (error) {
            case UsageException usage -> {
                context.console().complain(usage.getMessage());
                yield ExitCodes.USAGE;
            }
            case UnusableFileException configuration -> {
                context.console().complain(configuration.getMessage());
                yield ExitCodes.CONFIGURATION;
            }
            default -> bug(context.console(), context.environment(), error);
        };
    }

    private static int bug(Console console, Map<String, String> environment, Throwable error) {
        console.complain("this is a bug in gpudiag: " + error);
        if ("1".equals(environment.get("GPUDIAG_DEBUG"))) {
            error.printStackTrace(console.err());
        } else {
            console.complain("please report it, with the output of GPUDIAG_DEBUG=1 and this command");
        }
        return ExitCodes.BUG;
    }

    @Command(name = "gpudiag", description = "On-node diagnostics for NVIDIA GPUs. It only reads.")
    private static final class Root {
        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                scope = ScopeType.INHERIT,
                description = "Show this help.")
        @SuppressWarnings("UnusedVariable") // picocli reads it
        private boolean help;
    }
}
