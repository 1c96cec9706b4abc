package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.bundle.Archives;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.catalog.CheckCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {

    private static final List<String> SALT = List.of(
            "s4lt-env", "s4lt-flag", "s4lt-url", "s4lt-config", "s4lt-kernel", "s4lt-log", "10.77.1.2", "rack9-gpu3");

    @TempDir
    private Path folder;

    private CommandRun product() {
        CommandRun run = new CommandRun(null, CheckCatalog.all().toArray(Check[]::new));
        run.sources = new ProductSources(Path.of(System.getProperty("gpudiag.simulator")), Map.of());
        run.snapshots = (sample, out) -> Wiring.record(sample, "1.2.3", out);
        run.settings = Wiring::configured;
        return run;
    }

    private Path salted() throws IOException {
        Path root = folder.resolve("host");
        file(root, "proc/modules", "nvidia 56823808 10 - Live 0x0000000000000000 (POE)\n");
        file(root, "proc/devices", "Character devices:\n195 nvidia\n510 nvidia-uvm\n");
        file(root, "proc/sys/kernel/hostname", "rack9-gpu3\n");
        file(root, "proc/sys/kernel/osrelease", "6.8.0-45-generic\n");
        file(root, "proc/uptime", "3600.25 7100.00\n");
        file(root, "proc/cmdline", "root=/dev/sda1 iscsi_password=s4lt-kernel ip=10.77.1.2\n");
        file(root, "proc/version", "Linux version 6.8.0-45-generic (build@rack9-gpu3.example.com)\n");
        file(root, "proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.15\n");
        file(root, "proc/4711/comm", "python3\n");
        file(root, "proc/4711/stat", "4711 (python3) S 1 4711 4711 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0\n");
        file(root, "proc/4711/status", "Name:\tpython3\nUid:\t1000\t1000\t1000\t1000\nNSpid:\t4711\n");
        file(
                root,
                "proc/4711/cmdline",
                "python3\0serve.py\0--token\0s4lt-flag\0--repo\0https://me:s4lt-url@hub.example.org/x\0");
        file(root, "proc/4711/environ", "HF_TOKEN=s4lt-env\0CUDA_VERSION=12.4\0NVIDIA_REQUIRE_CUDA=cuda>=12.4\0");
        file(root, "proc/4711/cgroup", "0::/system.slice/token=s4lt-env.service\n");
        file(root, "proc/4711/maps", "");
        file(root, "var/log/kern.log", "Nov 24 12:00:00 rack9-gpu3 kernel: NVRM: api_key=s4lt-log from 10.77.1.2\n");
        Files.createDirectories(root.resolve("sys/bus/pci/devices"));
        Files.createDirectories(root.resolve("sys/module/nvidia"));
        Files.createDirectories(root.resolve("proc/4711/fd"));
        Files.createSymbolicLink(root.resolve("proc/4711/fd/3"), Path.of("/dev/nvidia0"));
        return root;
    }

    private static void file(Path root, String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void aHostSaltedWithSecretsGivesABundleWithoutThem() throws IOException {
        Path root = salted();
        Path configuration = Files.writeString(
                folder.resolve("gpudiag.yaml"),
                "# password: s4lt-config on 10.77.1.2\nweb.listen-address: 127.0.0.1:9836 # https://x:s4lt-url@rack9-gpu3/\n");
        Path file = folder.resolve("case.tar.gz");
        CommandRun run = product();

        int code = run.run(
                "report",
                "--host-root",
                root.toString(),
                "--config",
                configuration.toString(),
                "--output",
                file.toString());

        assertThat(run.err()).isEmpty();
        assertThat(code).isZero();
        Map<String, String> content = Archives.read(file);
        assertThat(names(content))
                .contains("snapshot.json", "check.txt", "check.json", "configuration.yaml", "kernel.log", "cmdline.txt")
                .contains("versions.txt", "cgroups.txt", "redacted.json", "manifest.json");
        content.forEach(
                (name, text) -> SALT.forEach(grain -> assertThat(text).as(name).doesNotContain(grain)));
        SALT.forEach(grain -> assertThat(run.out()).doesNotContain(grain));
        assertThat(content.get("case/cmdline.txt"))
                .isEqualTo("root=/dev/sda1 iscsi_password=[redacted secret] ip=ip-1\n");
        assertThat(content.get("case/cgroups.txt")).contains("/proc/4711/cgroup");
        assertThat(content.get("case/redacted.json")).contains("iscsi_password", "cmdline.txt");
        assertThat(run.out()).contains("which only you can read", "redacted: address ", "redacted.json in it says");
    }

    @Test
    void withoutRedactionEverythingIsThereAndThatIsSaid() throws IOException {
        Path file = folder.resolve("case.tar.gz");
        CommandRun run = product();

        assertThat(run.run("report", "--no-redact", "--host-root", salted().toString(), "--output", file.toString()))
                .isZero();

        Map<String, String> content = Archives.read(file);
        assertThat(content.get("case/kernel.log")).contains("s4lt-log");
        assertThat(content).doesNotContainKey("case/redacted.json");
        assertThat(run.out()).contains("NOTHING was redacted");
    }

    @Test
    void aBundleCanBeReplayed() {
        Path file = folder.resolve("case.tgz");
        CommandRun run = product();

        assertThat(run.run("report", "--simulate", "gpu-lost", "--output", file.toString()))
                .isZero();
        int code = run.run("check", "--replay", file.toString(), "devices");

        assertThat(code).isEqualTo(2);
        assertThat(run.out()).contains("SIMULATED: scenario gpu-lost", "CRITICAL  devices");
    }

    @Test
    void aFileThatIsThereIsNotWrittenOver() throws IOException {
        Path file = Files.writeString(folder.resolve("mine.tar.gz"), "mine");
        CommandRun run = product();

        assertThat(run.run("report", "--simulate", "t4", "--output", file.toString()))
                .isEqualTo(78);

        assertThat(run.err()).contains("is there already, and is not written over");
        assertThat(file).hasContent("mine");
    }

    private static Set<String> names(Map<String, String> content) {
        return content.keySet().stream()
                .map(name -> name.replaceFirst("^case/", ""))
                .collect(Collectors.toSet());
    }
}
