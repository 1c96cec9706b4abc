package dev.gpudiag.agent.host;

import static dev.gpudiag.telemetry.HostQuantities.ENGINES_WITHOUT_NVIDIA;
import static dev.gpudiag.telemetry.HostQuantities.ENGINE_MISSING_RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerEnginesTest {

    private static final String RUNTIME = "usr/bin/nvidia-container-runtime";
    private static final String DAEMON = "etc/docker/daemon.json";
    private static final String CONTAINERD = "etc/containerd/config.toml";
    private static final String DROP_IN = "etc/containerd/conf.d/99-nvidia.toml";

    private static final String TABLES = """
            [plugins."io.containerd.grpc.v1.cri".containerd]
              default_runtime_name = "nvidia" # by nvidia-ctk
            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.nvidia]
              runtime_type = "io.containerd.runc.v2"
              [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.nvidia.options]
                BinaryName = "/usr/bin/nvidia-container-runtime"
            """;

    @TempDir
    private Path folder;

    private HostTree host;

    @BeforeEach
    void layOut() {
        host = HostTree.plain(folder);
    }

    private HostTree toolkit() {
        return host.file(RUNTIME, "").file("etc/nvidia-container-runtime/config.toml", "");
    }

    private Readings read() {
        return host.probe().readings();
    }

    private void assertUnknownTo(String engines) {
        assertThat(read().value(ENGINES_WITHOUT_NVIDIA)).contains(engines);
    }

    private void assertMissing(String runtimes) {
        assertThat(read().value(ENGINE_MISSING_RUNTIME)).contains(runtimes);
    }

    @ParameterizedTest
    @CsvSource({"usr/bin/dockerd, Docker", "usr/bin/containerd, containerd", "usr/local/bin/crio, CRI-O"})
    void anEngineWithoutAnyWordOfNvidiaIsNamed(String program, String engine) {
        toolkit().file(program, "");
        assertUnknownTo(engine);
    }

    @Test
    void aCommentAndAnotherRuntimeRegisterNothing() {
        toolkit()
                .file("usr/bin/dockerd", "")
                .file("usr/bin/containerd", "")
                .file(DAEMON, "{\"runtimes\": {\"kata\": {\"path\": \"/usr/bin/kata-runtime\"}}}")
                .file(CONTAINERD, "# [plugins.cri.containerd.runtimes.nvidia]\n")
                .file("etc/containerd/conf.d/99-nvidia.toml.bak", TABLES);
        assertUnknownTo("Docker");
    }

    @Test
    void withoutEngineOrToolkitNothingIsJudged() {
        toolkit();
        assertThat(read().get(ENGINES_WITHOUT_NVIDIA).reason()).contains(Reason.NOT_SUPPORTED);
        assertThat(read().get(ENGINE_MISSING_RUNTIME).reason()).contains(Reason.NOT_SUPPORTED);
        HostTree other = HostTree.plain(folder.resolve("other")).file("usr/bin/dockerd", "");
        assertThat(other.probe().readings().get(ENGINES_WITHOUT_NVIDIA).reason())
                .contains(Reason.NOT_SUPPORTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                DAEMON,
                CONTAINERD,
                DROP_IN,
                "etc/crio/crio.conf.d/99-nvidia.conf",
                "usr/share/containers/oci/hooks.d/oci-nvidia-hook.json",
                "etc/systemd/system/docker.service.d/override.conf"
            })
    void anyOfTheseFilesRegistersIt(String file) {
        toolkit()
                .file("usr/bin/dockerd", "")
                .file("usr/bin/containerd", "")
                .file("usr/bin/crio", "")
                .file(file, "{\"runtimes\": {\"nvidia\": {\"path\": \"nvidia-container-runtime\"}}}");
        assertUnknownTo("");
    }

    @ParameterizedTest
    @ValueSource(strings = {"var/lib/rancher/k3s/agent", "var/lib/rancher/rke2/agent", "var/snap/microk8s/current"})
    void distributionsThatConfigureTheirOwnEngineAreNotJudged(String directory) {
        toolkit().file("usr/bin/dockerd", "").directory(directory);
        assertUnknownTo("");
    }

    @Test
    void aCdiSpecificationMakesARegistrationNeedless() {
        toolkit().file("usr/bin/dockerd", "").file("etc/cdi/nvidia.yaml", "cdiVersion: 0.5.0\nkind: nvidia.com/gpu\n");
        assertUnknownTo("");
        host.file("etc/cdi/nvidia.yaml", "{{{");
        assertUnknownTo("");
    }

    @Test
    void dockersDefaultRuntimeIsLookedFor() {
        host.file("usr/bin/dockerd", "").file(DAEMON, """
                {"default-runtime": "nvidia",
                 "runtimes": {"nvidia": {"args": [], "path": "/usr/bin/nvidia-container-runtime"}}}
                """);
        assertMissing("Docker: nvidia (/usr/bin/nvidia-container-runtime)");
        host.link(RUNTIME, "nvidia-container-runtime.real");
        assertMissing("Docker: nvidia (/usr/bin/nvidia-container-runtime)");
        host.file("usr/bin/nvidia-container-runtime.real", "");
        assertMissing("");
    }

    @Test
    void aNameWithoutADirectoryIsLookedForInTheEnginesPath() {
        host.file("usr/bin/dockerd", "").file(DAEMON, """
                {"default-runtime": "nvidia", "runtimes": {"nvidia": {"path": "nvidia-container-runtime"}}}
                """);
        assertMissing("Docker: nvidia (nvidia-container-runtime)");
        host.file("usr/local/bin/nvidia-container-runtime", "");
        assertMissing("");
    }

    @Test
    void aMissingRuntimeThatIsNotTheDefaultHurtsOnlyWhoAsksForIt() {
        host.file("usr/bin/dockerd", "").file(DAEMON, """
                {"default-runtime": "runc", "runtimes": {"nvidia": {"path": "/usr/bin/nvidia-container-runtime"}}}
                """);
        assertMissing("");
    }

    @Test
    void containerdsDefaultRuntimeIsLookedFor() {
        host.file("usr/bin/containerd", "").file(CONTAINERD, TABLES);
        assertMissing("containerd: nvidia (/usr/bin/nvidia-container-runtime)");
        host.file(CONTAINERD, TABLES.replace("default_runtime_name = \"nvidia\"", "default_runtime_name = 'runc'"));
        assertMissing("");
        host.file(CONTAINERD, TABLES).file(RUNTIME, "");
        assertMissing("");
    }

    @Test
    void aDropInCountsWhereItIsImported() {
        String runc = "[plugins.'io.containerd.cri.v1.runtime'.containerd]\ndefault_runtime_name = 'runc'\n";
        host.file("usr/bin/containerd", "")
                .file(DROP_IN, TABLES)
                .file(CONTAINERD, "imports = [\"/etc/containerd/conf.d/*.toml\"]\n" + runc);
        assertMissing("containerd: nvidia (/usr/bin/nvidia-container-runtime)");
        host.file(CONTAINERD, "imports = []\n" + runc);
        assertMissing("");
    }

    @Test
    void criosDropInsAreReadInTheirOrder() {
        host.file("usr/bin/crio", "")
                .file("etc/crio/crio.conf", "[crio.runtime]\ndefault_runtime = \"crun\"\n")
                .file("etc/crio/crio.conf.d/99-nvidia.conf", """
                        [crio.runtime]
                        default_runtime = "nvidia"
                        [crio.runtime.runtimes.nvidia]
                        runtime_path = "/usr/local/nvidia/toolkit/nvidia-container-runtime"
                        """);
        assertMissing("CRI-O: nvidia (/usr/local/nvidia/toolkit/nvidia-container-runtime)");
        host.file("etc/crio/crio.conf.d/99-z.conf", "[crio.runtime]\ndefault_runtime = \"crun\"\n");
        assertMissing("");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{{{", "[1]", "nvidia", "\u0000\u001b[31m"})
    void whatIsNoConfigurationIsAReasonAndNoAnswer(String text) {
        toolkit().file("usr/bin/dockerd", "").file(DAEMON, text);
        assertThat(read().get(ENGINE_MISSING_RUNTIME).describe()).contains("/etc/docker/daemon.json is no JSON");
        assertThat(read().get(ENGINES_WITHOUT_NVIDIA).reason()).contains(Reason.FAILED);
    }

    @Test
    void hostileFilesAreBounded() {
        toolkit().file("usr/bin/dockerd", "").file("usr/bin/containerd", "").file("usr/bin/crio", "");
        host.file(DAEMON, "[".repeat(100_000));
        assertThat(read().get(ENGINES_WITHOUT_NVIDIA).reason()).contains(Reason.FAILED);
        host.fifo(DAEMON);
        assertThat(read().get(ENGINES_WITHOUT_NVIDIA).describe()).contains("not a regular file");
        host.link(DAEMON, "/etc/shadow"); // none in this root: the link leads to nothing
        host.file(CONTAINERD, "[" + "runtimes.".repeat(20_000));
        assertUnknownTo("Docker, CRI-O");
        host.file(CONTAINERD, "x".repeat(300_000));
        assertThat(read().get(ENGINES_WITHOUT_NVIDIA).describe()).contains("longer than");
        host.file(CONTAINERD, "");
        for (int i = 0; i < 40; i++) {
            host.file("etc/crio/crio.conf.d/" + i + ".conf", "");
        }
        assertThat(read().get(ENGINES_WITHOUT_NVIDIA).describe()).contains("more than 32 files");
    }
}
