package dev.gpudiag.agent.host.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.ProcessCuda;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes in the real {@code /proc}, whose mapped files, environment and file system look like a CUDA container's.
 *
 * <p>A library is any shared object under the name of NVIDIA's, mapped by the dynamic linker as {@code LD_PRELOAD}.
 */
class RealProcessesTest {

    private static final Duration TIME = Duration.ofSeconds(20);
    private static final HostRoot MACHINE = new HostRoot(Path.of("/"));

    @TempDir
    Path directory;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    /** A shared object of this machine under another name. */
    private Path library(String path) throws IOException {
        Path library = directory.resolve(path);
        Files.createDirectories(library.getParent());
        try (var files = Files.list(Path.of("/usr/lib/x86_64-linux-gnu"))) {
            Path any = files.filter(file -> file.getFileName().toString().startsWith("libz.so.1."))
                    .findFirst()
                    .orElse(null);
            assumeTrue(any != null, "no zlib here to stand for a library");
            return Files.copy(any, library);
        }
    }

    private Process start(Map<String, String> environment, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        process.getInputStream().read(); // it has said that it runs
        return process;
    }

    private static GpuHolder look(Process process) {
        return new HostProcesses(MACHINE, InstantSource.system())
                .process(process.pid(), TIME)
                .orElseThrow();
    }

    private static List<String> traces(ProcessCuda cuda) {
        return cuda.versions().value().orElseThrow().stream()
                .map(trace -> trace.trace() + " " + trace.version())
                .toList();
    }

    @Test
    void mappedLibrariesWheelsAndEnvironmentOfARealProcessAreFound() throws IOException {
        String site = "venv/lib/python3.11/site-packages";
        Path runtime = library(site + "/nvidia/cuda_runtime/lib/libcudart.so.12");
        Path driver = library("usr/libcuda.so.550.54.15");
        Files.createDirectories(directory.resolve(site + "/nvidia_cuda_runtime_cu12-12.4.127.dist-info"));
        Process process = start(
                Map.of(
                        "LD_PRELOAD", runtime + ":" + driver,
                        "CUDA_VERSION", "12.1.1",
                        "NVIDIA_VISIBLE_DEVICES", "all",
                        "AWS_SECRET_ACCESS_KEY", "very-secret"),
                "/bin/sh",
                "-c",
                "echo; while :; do sleep 1000; done");
        Files.delete(driver);

        GpuHolder holder = look(process);
        ProcessCuda cuda = holder.cuda().value().orElseThrow();
        assertThat(traces(cuda)).contains("MAPPED_LIBRARY 12", "WHEEL 12.4.127", "ENVIRONMENT 12.1.1");
        assertThat(cuda.libraries().value().orElseThrow()).anySatisfy(library -> {
            assertThat(library.version()).isEqualTo("550.54.15");
            assertThat(library.deleted()).isTrue();
        });
        assertThat(cuda.environment().value().orElseThrow()).containsOnlyKeys("CUDA_VERSION", "NVIDIA_VISIBLE_DEVICES");
        assertThat(holder.state().value()).isPresent();
        assertThat(holder.commandLine().value().orElseThrow()).contains("sleep 1000");
        assertThat(holder.workload().value()).isPresent();
        assertThat(holder.toString()).doesNotContain("very-secret");
    }

    @Test
    void aRealProcessInItsOwnMountNamespaceIsReadInItsOwnFileSystem() throws Exception {
        Path own = Files.createDirectories(directory.resolve("own"));
        Files.createDirectories(own.resolve("cuda-12.4"));
        Files.writeString(own.resolve("cuda-12.4/version.json"), "{\"cuda\": {\"version\": \"12.4.1\"}}");
        Files.createSymbolicLink(own.resolve("cuda"), Path.of("/usr/local/cuda-12.4"));
        assumeTrue(canUnshare(), "a user and mount namespace of its own is not allowed here");
        Process process = start(
                Map.of(),
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "/bin/sh",
                "-c",
                "mount --bind " + own + " /usr/local && echo && while :; do sleep 1000; done");

        assertThat(Files.exists(Path.of("/usr/local/cuda-12.4"))).isFalse();
        assertThat(traces(look(process).cuda().value().orElseThrow())).contains("VERSION_FILE 12.4.1");
    }

    private static boolean canUnshare() throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(
                                    "unshare",
                                    "--user",
                                    "--map-root-user",
                                    "--mount",
                                    "mount",
                                    "--bind",
                                    "/opt",
                                    "/mnt")
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false; // no unshare(1) here
        }
    }

    /** A file stands for the device, in a {@code /dev} that this process alone sees: the kernel names it as it would a node. */
    @Test
    void aRealProcessThatHasADeviceOpenIsFoundAmongAllOthers() throws Exception {
        assumeTrue(canUnshare(), "a user and mount namespace of its own is not allowed here");
        Process with = start(
                Map.of(),
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "/bin/sh",
                "-c",
                "mount -t tmpfs none /dev && : > /dev/nvidia0 && exec 3< /dev/nvidia0 && echo && exec sleep 1000");
        Process without = start(Map.of(), "/bin/sh", "-c", "echo; exec sleep 1000");
        HostSample sample = new HostProcesses(MACHINE, InstantSource.system()).look(Set.of(), TIME);

        GpuHolder holder = sample.holder(with.pid()).orElseThrow();
        assertThat(holder.openDevices().value().orElseThrow()).containsExactly("/dev/nvidia0");
        assertThat(sample.holder(without.pid())).isEmpty();
        assertThat(sample.holder(ProcessHandle.current().pid())).isEmpty();
    }

    @Test
    void aRealProcessThatNVMLListsIsThereWithItsStart() throws IOException {
        Process listed = start(Map.of(), "/bin/sh", "-c", "echo; exec sleep 1000");
        HostSample sample = new HostProcesses(MACHINE, InstantSource.system()).look(Set.of(listed.pid()), TIME);

        assertThat(sample.bootedAt()).isPresent();
        assertThat(sample.startedAt(sample.holder(listed.pid()).orElseThrow())).isPresent();
    }

    @Test
    void aRealProcessThatEndsIsNoLongerThere() throws Exception {
        Process process = start(Map.of(), "/bin/sh", "-c", "echo; read x");
        process.destroyForcibly();
        process.waitFor();

        assertThat(new HostProcesses(MACHINE, InstantSource.system()).process(process.pid(), TIME))
                .isEmpty();
        assertThat(new HostProcesses(MACHINE, InstantSource.system())
                        .look(Set.of(process.pid()), TIME)
                        .holder(process.pid()))
                .isEmpty();
    }
}
