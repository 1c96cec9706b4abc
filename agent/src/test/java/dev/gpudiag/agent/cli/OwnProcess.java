package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.telemetry.SampleSource;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A command on the simulated driver in a process of its own: a driver that hangs stays open in the one that asked it. */
final class OwnProcess {

    private OwnProcess() {}

    /** Runs the command as the screens do, and leaves although a call never returns. */
    public static void main(String[] arguments) {
        CommandRun command = run(Path.of(System.getProperty("gpudiag.simulator")));
        int exitCode = command.run(arguments);
        System.out.print(command.out());
        System.err.print(command.err());
        System.out.flush();
        Runtime.getRuntime().halt(exitCode);
    }

    static CommandRun run(Path simulator) {
        CommandRun command = new CommandRun(
                new FakeNode(Nodes.node(SampleSource.live())),
                CheckCatalog.all().toArray(Check[]::new));
        command.sources = new ProductSources(simulator, Map.of());
        return command;
    }

    /** What a command ends with. */
    record Outcome(int exitCode, String out, String err) {}

    static Outcome of(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dgpudiag.simulator=" + System.getProperty("gpudiag.simulator"),
                "-cp",
                classPath(),
                OwnProcess.class.getName()));
        line.addAll(List.of(arguments));
        Path out = folder.resolve("own-process.out");
        Path err = folder.resolve("own-process.err");
        Process process = new ProcessBuilder(line)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        int exitCode = process.waitFor();
        return new Outcome(exitCode, text(out), text(err));
    }

    /** Of whatever loads the tests. */
    private static String classPath() {
        return OwnProcess.class.getClassLoader() instanceof URLClassLoader loader
                ? Arrays.stream(loader.getURLs()).map(URL::getPath).collect(Collectors.joining(File.pathSeparator))
                : System.getProperty("java.class.path");
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
