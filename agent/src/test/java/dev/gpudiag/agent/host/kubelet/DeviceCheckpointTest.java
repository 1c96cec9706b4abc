package dev.gpudiag.agent.host.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.telemetry.DeviceAllocation;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceCheckpointTest {

    private static final String UID = "6a1f2b3c-4d5e-6f70-8192-a3b4c5d6e7f8";

    /** As kubelets of 1.20 and later write it. */
    private static final String BY_NUMA_NODE = """
            {"Data":{"PodDeviceEntries":[
              {"PodUID":"6a1f2b3c-4d5e-6f70-8192-a3b4c5d6e7f8","ContainerName":"main","ResourceName":"nvidia.com/gpu",
               "DeviceIDs":{"-1":["GPU-c"],"1":["GPU-b","GPU-a"]},"AllocResp":"CkIKFk5WSURJQV9WSVNJQkxFX0RFVklDRVM="},
              {"PodUID":"6a1f2b3c-4d5e-6f70-8192-a3b4c5d6e7f8","ContainerName":"main","ResourceName":"rdma/hca",
               "DeviceIDs":{"0":["mlx5_0"]},"AllocResp":null}],
             "RegisteredDevices":{"nvidia.com/gpu":["GPU-d","GPU-a","GPU-b","GPU-c"],"rdma/hca":["mlx5_0"]}},
             "Checksum":1234567890}
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void layOut() throws IOException {
        Files.createDirectories(folder.resolve("sys"));
        write("proc/sys/kernel/random/boot_id", "0b6a3a4e-0d7a-4f0a-9a53-2f9e5d3e9a10\n");
    }

    private void write(String path, String text) throws IOException {
        Path file = folder.resolve(path.startsWith("/") ? path.substring(1) : path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private Reading<List<DeviceAllocation>> read() {
        return new DeviceCheckpoint(new HostRoot(folder)).read();
    }

    private Reading<List<DeviceAllocation>> read(String text) throws IOException {
        write(DeviceCheckpoint.FILE, text);
        return read();
    }

    @Test
    void devicesOfEveryNumaNodeAreThePods() throws IOException {
        assertThat(read(BY_NUMA_NODE).value().orElseThrow())
                .containsExactly(
                        new DeviceAllocation(UID, "main", "nvidia.com/gpu", List.of("GPU-a", "GPU-b", "GPU-c")),
                        new DeviceAllocation(UID, "main", "rdma/hca", List.of("mlx5_0")),
                        DeviceAllocation.registered("nvidia.com/gpu", List.of("GPU-a", "GPU-b", "GPU-c", "GPU-d")),
                        DeviceAllocation.registered("rdma/hca", List.of("mlx5_0")));
    }

    @Test
    void oldKubeletsWriteAPlainList() throws IOException {
        assertThat(read("""
                        {"Data":{"PodDeviceEntries":[{"PodUID":"u","ContainerName":"c","ResourceName":"nvidia.com/gpu",
                          "DeviceIDs":["GPU-a"],"AllocResp":"eA=="}],"RegisteredDevices":{"nvidia.com/gpu":[]}},
                         "Checksum":1}
                        """).value().orElseThrow())
                .containsExactly(
                        new DeviceAllocation("u", "c", "nvidia.com/gpu", List.of("GPU-a")),
                        DeviceAllocation.registered("nvidia.com/gpu", List.of()));
    }

    @Test
    void kubeletWithoutPodsHasNullsForLists() throws IOException {
        assertThat(
                        read("{\"Data\":{\"PodDeviceEntries\":null,\"RegisteredDevices\":{\"nvidia.com/gpu\":null}},\"Checksum\":1}")
                                .value()
                                .orElseThrow())
                .containsExactly(DeviceAllocation.registered("nvidia.com/gpu", List.of()));
        assertThat(read("{\"Data\":{},\"Checksum\":0}").value()).contains(List.of());
    }

    @Test
    void podsHaveTheNamesOfTheirLogDirectories() throws IOException {
        write("var/log/pods/ml_trainer-0_" + UID + "/main/0.log", "");
        assertThat(read(BY_NUMA_NODE).value().orElseThrow().getFirst().pod()).contains("ml/trainer-0");
        assertThat(read(BY_NUMA_NODE)
                        .value()
                        .orElseThrow()
                        .getFirst()
                        .workload()
                        .describe())
                .isEqualTo("pod ml/trainer-0 (main)");
    }

    @ParameterizedTest
    @CsvSource({
        "sys/fs/cgroup/kubepods.slice/kubepods-pod6a1f2b3c_4d5e_6f70_8192_a3b4c5d6e7f8.slice, true",
        "sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod6a1f2b3c_4d5e_6f70_8192_a3b4c5d6e7f8.slice, true",
        "sys/fs/cgroup/memory/kubepods/besteffort/pod6a1f2b3c-4d5e-6f70-8192-a3b4c5d6e7f8, true",
        "sys/fs/cgroup/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod6a1f2b3c_4d5e_6f70_8192_a3b4c5d6e7f8.slice, true",
        "sys/fs/cgroup/kubepods.slice/kubepods-pod11111111_4d5e_6f70_8192_a3b4c5d6e7f8.slice, false",
        "sys/fs/cgroup/system.slice, ",
    })
    void podRunsWhereItHasAControlGroup(String directory, Boolean running) throws IOException {
        Files.createDirectories(folder.resolve(directory));
        assertThat(read(BY_NUMA_NODE).value().orElseThrow().getFirst().running())
                .isEqualTo(Optional.ofNullable(running));
    }

    @Test
    void checkpointOfAnEarlierBootIsNotBelieved() throws IOException {
        String mine = BY_NUMA_NODE.strip().replaceFirst("}$", ",\"BootID\":\"0b6a3a4e-0d7a-4f0a-9a53-2f9e5d3e9a10\"}");
        assertThat(read(mine).isPresent()).isTrue();
        assertThat(read(mine.replace("0b6a3a4e", "ffffffff")).reason()).contains(Reason.NOT_READ);
    }

    @Test
    void nodeWithoutAKubeletIsNoError() {
        assertThat(read().reason()).contains(Reason.NOT_SUPPORTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "[]",
                "{}",
                "{\"Data\":[]}",
                "{\"Data\":7}",
                "\u0000",
                "{\"Data\":{\"PodDeviceEntries\":[{\"PodUID\":",
            })
    void whatIsNoCheckpointIsAReason(String text) throws IOException {
        assertThat(read(text).reason()).contains(Reason.FAILED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"Data\":{\"PodDeviceEntries\":{\"a\":1},\"RegisteredDevices\":[1,2]}}",
                "{\"Data\":{\"PodDeviceEntries\":[1,null,{\"PodUID\":{\"x\":1}},{\"PodUID\":\"\",\"ResourceName\":\"r\"}]}}",
                "{\"Data\":{\"PodDeviceEntries\":[{\"PodUID\":\"u\",\"ResourceName\":3,\"DeviceIDs\":\"x\"}]}}",
            })
    void entriesOfAnotherFormAreLeftOut(String text) throws IOException {
        assertThat(read(text).value()).contains(List.of());
    }

    @Test
    void filesWithoutEndAndBombsAreRefused() throws IOException {
        assertThat(read("[".repeat(100_000)).reason()).contains(Reason.FAILED);
        assertThat(read("{\"Data\":{}}" + " ".repeat(9_000_000)).describe()).contains("longer than");
        Files.delete(folder.resolve(DeviceCheckpoint.FILE.substring(1)));
        Files.createSymbolicLink(folder.resolve(DeviceCheckpoint.FILE.substring(1)), Path.of("/etc/passwd"));
        assertThat(read().reason()).contains(Reason.NOT_SUPPORTED);
    }

    @Test
    void longNamesAndManyDevicesAreCut() throws IOException {
        StringBuilder ids = new StringBuilder("\"" + "x".repeat(10_000) + "\"");
        for (int i = 0; i < 10_000; i++) {
            ids.append(",\"GPU-").append(i).append('"');
        }
        DeviceAllocation registered = read("{\"Data\":{\"RegisteredDevices\":{\"nvidia.com/gpu\":[" + ids + "]}}}")
                .value()
                .orElseThrow()
                .getFirst();
        assertThat(registered.deviceIds()).hasSize(4096).allMatch(id -> id.length() <= 512);
    }
}
