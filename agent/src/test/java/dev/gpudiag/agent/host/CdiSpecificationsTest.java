package dev.gpudiag.agent.host;

import static dev.gpudiag.telemetry.HostQuantities.CDI_MISSING_FILES;
import static dev.gpudiag.telemetry.HostQuantities.CDI_SPECS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CdiSpecificationsTest {

    private static final String LIBRARIES = "usr/lib/x86_64-linux-gnu/";

    private static final String YAML = """
            cdiVersion: 0.5.0
            kind: nvidia.com/gpu
            containerEdits:
              deviceNodes:
                - path: /dev/nvidiactl
              hooks:
                - hookName: createContainer
                  path: /usr/bin/nvidia-cdi-hook
                  args: [nvidia-cdi-hook, update-ldcache, --folder, /usr/lib/x86_64-linux-gnu]
              mounts:
                - containerPath: /usr/lib/x86_64-linux-gnu/libcuda.so.VERSION
                  hostPath: /usr/lib/x86_64-linux-gnu/libcuda.so.VERSION
                  options: [ro, nosuid, nodev, bind]
                - containerPath: /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.VERSION
                  options:
                    - ro
            devices:
              - name: "0"
                containerEdits:
                  deviceNodes:
                    - path: /dev/nvidia0
            """;

    @TempDir
    private Path folder;

    private HostTree host;

    @BeforeEach
    void layOut() {
        host = HostTree.plain(folder)
                .file("usr/bin/nvidia-cdi-hook", "")
                .file(LIBRARIES + "libcuda.so.550.54.15", "")
                .file(LIBRARIES + "libnvidia-ml.so.550.54.15", "");
    }

    private Readings read() {
        return new CdiSpecifications(new HostRoot(folder)).read();
    }

    private static String yaml(String version) {
        return YAML.replace("VERSION", version);
    }

    @Test
    void specificationOfThisDriverIsWhole() {
        host.file("etc/cdi/nvidia.yaml", yaml("550.54.15"));
        assertThat(read().value(CDI_SPECS)).contains("/etc/cdi/nvidia.yaml");
        assertThat(read().value(CDI_MISSING_FILES)).contains("");
    }

    @Test
    void specificationOfTheDriverBeforeNamesFilesThatAreGone() {
        host.file("etc/cdi/nvidia.yaml", yaml("535.129.03"));
        assertThat(read().value(CDI_MISSING_FILES))
                .contains("/usr/lib/x86_64-linux-gnu/libcuda.so.535.129.03,"
                        + " /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.535.129.03");
    }

    @Test
    void jsonBelowALinkedRunDirectoryIsReadToo() {
        host.link("var/run", "/run").file("run/cdi/k8s.device-plugin.nvidia.com-gpu.json", """
                        {"cdiVersion": "0.5.0", "kind": "k8s.device-plugin.nvidia.com/gpu",
                         "containerEdits": {"mounts": [{"hostPath": "/run/nvidia/driver/usr/lib64/libcuda.so.535.1",
                           "containerPath": "/usr/lib64/libcuda.so.535.1", "options": ["ro"]}],
                           "hooks": [{"hookName": "createContainer", "path": "/usr/bin/nvidia-ctk", "args": []}]},
                         "devices": []}
                        """);
        assertThat(read().value(CDI_SPECS)).contains("/var/run/cdi/k8s.device-plugin.nvidia.com-gpu.json");
        assertThat(read().value(CDI_MISSING_FILES))
                .contains("/run/nvidia/driver/usr/lib64/libcuda.so.535.1, /usr/bin/nvidia-ctk");
    }

    @Test
    void otherVendorsAndNodesWithoutCdiAreNothing() {
        assertThat(read().get(CDI_MISSING_FILES).reason()).contains(Reason.NOT_SUPPORTED);
        host.file("etc/cdi/other.yaml", yaml("535.129.03").replace("nvidia.com/gpu", "intel.com/gpu"));
        assertThat(read().get(CDI_MISSING_FILES).reason()).contains(Reason.NOT_SUPPORTED);
        assertThat(read().get(CDI_SPECS).failed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{{{", "a: *b", "\u0000\u0001", "- [", "kind: nvidia.com/gpu\nmounts: *x\n"})
    void whatIsNoSpecificationIsAReasonAndNotAnswer(String text) {
        host.file("etc/cdi/nvidia.yaml", text);
        Reading<String> missing = read().get(CDI_MISSING_FILES);
        assertThat(missing.reason()).contains(Reason.FAILED);
        assertThat(missing.describe()).contains("/etc/cdi/nvidia.yaml");
    }

    @Test
    void bombsAndEndlessFilesAreRefused() {
        host.file("etc/cdi/deep.yaml", "[".repeat(100_000));
        assertThat(read().get(CDI_MISSING_FILES).reason()).contains(Reason.FAILED);
        host.file("etc/cdi/deep.yaml", "kind: nvidia.com/gpu\n#" + "x".repeat(3_000_000));
        assertThat(read().get(CDI_MISSING_FILES).describe()).contains("longer than");
        host.fifo("etc/cdi/deep.yaml");
        assertThat(read().get(CDI_MISSING_FILES).reason()).contains(Reason.FAILED);
    }

    @Test
    void pathsDoNotLeadOutOfTheHost() {
        host.file(
                "etc/cdi/nvidia.yaml",
                yaml("550.54.15").replace("/usr/bin/nvidia-cdi-hook", "/../../../../../../../../bin/sh"));
        assertThat(read().value(CDI_MISSING_FILES)).contains("/../../../../../../../../bin/sh");
    }

    @Test
    void linksOfDevicesAreLookedForWhereThereAreDevices() {
        HostRoot root = new HostRoot(folder);
        assertThat(DeviceLinks.read(root).reason()).contains(Reason.NOT_SUPPORTED);
        host.file("dev/nvidiactl", "");
        assertThat(DeviceLinks.read(root).reason()).contains(Reason.NOT_SUPPORTED);
        host.link("dev/char/1:3", "../null");
        assertThat(DeviceLinks.read(root).value()).contains(false);
        host.link("dev/char/195:255", "../nvidiactl");
        assertThat(DeviceLinks.read(root).value()).contains(true);
    }

    @Test
    void manyMissingFilesAreFewWords() {
        StringBuilder mounts = new StringBuilder("kind: nvidia.com/gpu\ncontainerEdits:\n  mounts:\n");
        for (int i = 100; i < 300; i++) {
            mounts.append("    - containerPath: /gone/").append(i).append('\n');
        }
        host.file("etc/cdi/nvidia.yaml", mounts.toString());
        assertThat(read().value(CDI_MISSING_FILES).orElseThrow())
                .startsWith("/gone/100, /gone/101")
                .endsWith("and 194 more");
    }
}
