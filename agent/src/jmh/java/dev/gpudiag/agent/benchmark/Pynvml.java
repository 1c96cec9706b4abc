package dev.gpudiag.agent.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** NVIDIA's Python binding on the same simulated library: what a user would read the values with otherwise. */
final class Pynvml {

    private static final Path REAL = Path.of(System.getProperty("gpudiag.real-nvml"));

    private Pynvml() {}

    /**
     * Microseconds of one fast sample of 8 GPUs, without the start of the interpreter; empty where pynvml is not there.
     *
     * @throws IOException with the interpreter's own words where it fails
     */
    static Optional<Double> sampleMicros() throws IOException, InterruptedException {
        if (!Files.exists(REAL.resolve("python/pynvml.py"))) {
            return Optional.empty();
        }
        ProcessBuilder builder = new ProcessBuilder("python3", "-").redirectErrorStream(true);
        builder.environment().put("PYTHONPATH", REAL.resolve("python").toString());
        builder.environment().put("LD_LIBRARY_PATH", SimulatedNode.SIMULATOR.toString());
        builder.environment()
                .put(
                        "GPUDIAG_SIMULATOR_SCENARIO",
                        SimulatedNode.scenario().file().toString());
        Process process = builder.start();
        try (var script = process.getOutputStream()) {
            script.write(script());
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException("python3: " + output);
        }
        return Optional.of(Double.valueOf(output));
    }

    private static byte[] script() throws IOException {
        try (InputStream script = Pynvml.class.getResourceAsStream("pynvml_sample.py")) {
            if (script == null) {
                throw new IOException("pynvml_sample.py is not on the class path");
            }
            return script.readAllBytes();
        }
    }
}
