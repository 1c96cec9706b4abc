package dev.gpudiag.agent.benchmark;

import com.sun.management.ThreadMXBean;
import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.agent.host.process.HostProcesses;
import dev.gpudiag.telemetry.HostSample;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What it costs to examine 1,000 processes that hold a GPU, each in a container of its own, beside a Python loop that
 * reads the same files and judges nothing; prints one Markdown table.
 *
 * <p>The tree is laid out in a temporary directory, so that what the kernel takes to write {@code /proc} is in neither.
 */
public final class ProcessLookTable {

    private static final int PROCESSES = 1000;
    private static final int ROUNDS = 7;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private ProcessLookTable() {}

    /** Takes no arguments. */
    public static void main(String[] arguments) throws Exception {
        Path root = Files.createTempDirectory("gpudiag-processes-");
        try {
            for (int i = 0; i < PROCESSES; i++) {
                layOut(root, 1000 + i);
            }
            Files.createDirectories(root.resolve("sys"));
            print(System.out, gpudiag(root), python(root));
        } finally {
            delete(root);
        }
    }

    /** Milliseconds and, where they are counted, bytes of the Java heap. */
    private record Cost(double millis, Optional<Long> bytes) {}

    private static Cost gpudiag(Path root) {
        HostProcesses processes = new HostProcesses(new HostRoot(root), InstantSource.system());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double[] millis = new double[ROUNDS];
        long bytes = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long allocated = threads.getTotalThreadAllocatedBytes();
            long start = System.nanoTime();
            HostSample sample = processes.look(Set.of(), LIMIT);
            millis[round] = (System.nanoTime() - start) / 1e6;
            bytes = threads.getTotalThreadAllocatedBytes() - allocated;
            check(sample);
        }
        return new Cost(median(millis), Optional.of(bytes));
    }

    /** A look that found less is no measurement. */
    private static void check(HostSample sample) {
        long known = sample.holders().value().orElseThrow().stream()
                .filter(holder -> holder.knownWorkload().isPresent())
                .filter(holder -> holder.cuda().value().orElseThrow().versions().isPresent())
                .count();
        if (known != PROCESSES) {
            throw new IllegalStateException("only " + known + " of " + PROCESSES + " processes were known");
        }
    }

    private static Cost python(Path root) throws IOException, InterruptedException {
        try (InputStream script = ProcessLookTable.class.getResourceAsStream("processes.py")) {
            Process python = new ProcessBuilder(
                            "python3",
                            "-c",
                            new String(script.readAllBytes(), StandardCharsets.UTF_8),
                            root.toString(),
                            String.valueOf(ROUNDS))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String output = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (python.waitFor() != 0) {
                throw new IllegalStateException("python3 failed");
            }
            return new Cost(
                    median(output.lines().mapToDouble(Double::parseDouble).toArray()), Optional.empty());
        }
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    private static void print(PrintStream out, Cost gpudiag, Cost python) {
        out.println();
        out.println("| what | time | Java heap allocated | ratio of time |");
        out.println("|---|---:|---:|---:|");
        row(out, "1,000 GPU processes: workload, CUDA by every layer, devices", gpudiag, gpudiag);
        row(out, "the same files read by a Python loop, nothing judged", python, gpudiag);
    }

    private static void row(PrintStream out, String what, Cost cost, Cost base) {
        out.printf(
                Locale.ROOT,
                "| %s | %,.0f ms | %s | %.2f |%n",
                what,
                cost.millis(),
                cost.bytes()
                        .map(bytes -> String.format(Locale.ROOT, "%,d B", bytes))
                        .orElse(""),
                cost.millis() / base.millis());
    }

    /** A process of a pod with 40 open files, 400 mappings, 60 variables, wheels and a toolkit. */
    private static void layOut(Path root, int pid) throws IOException {
        Path process = Files.createDirectories(root.resolve("proc/" + pid));
        String id = String.format(Locale.ROOT, "%064x", pid);
        String uid = String.format(Locale.ROOT, "7a96c459-d529-44ae-9f99-%012x", pid);
        write(process.resolve("comm"), "python3\n");
        write(process.resolve("stat"), pid + " (python3) S 1 1 1 0 -1 4194560 1 0 0 0 1 1 0 0 20 0 1 0 4711 1 1\n");
        write(process.resolve("status"), "Name:\tpython3\nUid:\t1000\t1000\t1000\t1000\n");
        write(process.resolve("cmdline"), "python3\0-m\0torch.distributed.run\0train.py\0");
        write(process.resolve("cgroup"), "0::/kubepods/burstable/pod" + uid + "/" + id + "\n");
        StringBuilder variables = new StringBuilder("CUDA_VERSION=12.4.1\0NVIDIA_VISIBLE_DEVICES=all\0");
        for (int i = 0; i < 60; i++) {
            variables.append("SERVICE_").append(i).append("_PORT=tcp://10.0.0.1:8000\0");
        }
        write(process.resolve("environ"), variables.toString());
        String site = "/opt/venv/lib/python3.11/site-packages";
        StringBuilder maps = new StringBuilder();
        for (int i = 0; i < 400; i++) {
            String file = i < 5
                    ? site + "/nvidia/cuda_runtime/lib/libcudart.so.12"
                    : site + "/torch/lib/libtorch_" + i / 5 + ".so";
            maps.append("7f21c4000000-7f21c4080000 r-xp 00000000 08:01 1835 ")
                    .append(file)
                    .append('\n');
        }
        write(process.resolve("maps"), maps.toString());
        Files.createDirectories(process.resolve("fd"));
        for (int i = 0; i < 40; i++) {
            Files.createSymbolicLink(
                    process.resolve("fd/" + i), Path.of(i == 20 ? "/dev/nvidia0" : "socket:[" + i + "]"));
        }
        Path own = process.resolve("root");
        Files.createDirectories(own.resolve(site.substring(1) + "/nvidia_cuda_runtime_cu12-12.4.127.dist-info"));
        write(own.resolve(site.substring(1) + "/torch/version.py"), "cuda: Optional[str] = '12.4'\n");
        write(own.resolve("usr/local/cuda-12.4/version.json"), "{\"cuda\": {\"version\": \"12.4.1\"}}\n");
        Files.createSymbolicLink(own.resolve("usr/local/cuda"), Path.of("cuda-12.4"));
        write(own.resolve("dev/nvidia0"), "");
        Files.createDirectories(root.resolve("var/log/pods/team_trainer-" + pid + "_" + uid + "/main"));
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void delete(Path tree) throws IOException {
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException error) throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
