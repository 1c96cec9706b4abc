package dev.gpudiag.agent.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Snapshots written by Python's own pickle, and what Python itself computes from a snapshot. */
final class PythonSnapshots {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SECONDS = 60;

    private PythonSnapshots() {}

    /** Writes the snapshots into {@code folder}; the test is skipped where there is no python3. */
    static void write(Path folder) throws IOException, InterruptedException {
        run(folder, "write", folder.toString());
    }

    /** The figures that Python computes from a snapshot. */
    static JsonNode judge(Path folder, Path snapshot) throws IOException, InterruptedException {
        return JSON.readTree(run(folder, "judge", snapshot.toString()));
    }

    static JsonNode json(Path file) throws IOException {
        return JSON.readTree(file.toFile());
    }

    static List<Path> pickles(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".pickle"))
                    .sorted()
                    .toList();
        }
    }

    private static String run(Path folder, String... arguments) throws IOException, InterruptedException {
        Path script = folder.resolve("snapshots.py");
        try (InputStream source = PythonSnapshots.class.getResourceAsStream("snapshots.py")) {
            Files.write(script, source.readAllBytes());
        }
        List<String> command = new ArrayList<>(List.of("python3", script.toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out.txt");
        Process python;
        try {
            python = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "skipped: no python3 on this machine");
            throw e;
        }
        assertThat(python.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(out, StandardCharsets.UTF_8);
        assertThat(python.exitValue()).as(text).isZero();
        return text;
    }
}
