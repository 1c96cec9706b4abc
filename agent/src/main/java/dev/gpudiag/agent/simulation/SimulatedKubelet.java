package dev.gpudiag.agent.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Writes what a kubelet keeps of the GPUs that it has given to pods; nothing for a scenario without containers. */
final class SimulatedKubelet {

    private static final String RESOURCE = "nvidia.com/gpu";

    private final Path root;
    private final Scenario scenario;

    SimulatedKubelet(Path root, Scenario scenario) {
        this.root = root;
        this.scenario = scenario;
    }

    void write() throws IOException {
        if (scenario.containers().isEmpty()) {
            return;
        }
        List<String> entries = new ArrayList<>();
        for (SimulatedContainer container : scenario.containers()) {
            String[] names = container.pod().split("/", -1);
            String uid = SimulatedProcessTree.uuid(container.pod()).toString();
            entries.add("{\"PodUID\":\"" + uid + "\",\"ContainerName\":\"" + names[2] + "\",\"ResourceName\":\""
                    + RESOURCE + "\",\"DeviceIDs\":{\"-1\":" + array(devices(container)) + "},\"AllocResp\":\"\"}");
            Files.createDirectories(
                    root.resolve("var/log/pods/" + names[0] + "_" + names[1] + "_" + uid + "/" + names[2]));
            String parent = "sys/fs/cgroup/kubepods.slice";
            Files.createDirectories(root.resolve(
                    container.ended() ? parent : parent + "/kubepods-pod" + uid.replace('-', '_') + ".slice"));
        }
        SimulatedHost.write(
                root,
                "var/lib/kubelet/device-plugins/kubelet_internal_checkpoint",
                "{\"Data\":{\"PodDeviceEntries\":[" + String.join(",", entries) + "],\"RegisteredDevices\":{\""
                        + RESOURCE + "\":" + array(registered()) + "}},\"Checksum\":0}\n");
    }

    private List<String> devices(SimulatedContainer container) {
        String share = container.share().map(number -> "::" + number).orElse("");
        return container.gpus().stream().map(gpu -> uuid(gpu) + share).toList();
    }

    /** Every GPU, or as many shares of each as the containers have numbers for. */
    private List<String> registered() {
        int shares = scenario.containers().stream()
                .mapToInt(
                        container -> container.share().map(number -> number + 1).orElse(0))
                .max()
                .orElse(0);
        return IntStream.range(0, scenario.gpus().size())
                .boxed()
                .flatMap(gpu -> shares == 0
                        ? List.of(uuid(gpu)).stream()
                        : IntStream.range(0, shares).mapToObj(share -> uuid(gpu) + "::" + share))
                .toList();
    }

    private String uuid(int gpu) {
        return scenario.gpus().get(gpu).uuid().orElse("GPU-" + gpu);
    }

    private static String array(List<String> ids) {
        return ids.stream()
                .map(id -> "\"" + id.replaceAll("[^\\w:-]", "") + "\"")
                .collect(Collectors.joining(",", "[", "]"));
    }
}
