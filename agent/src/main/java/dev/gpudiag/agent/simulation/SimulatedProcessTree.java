package dev.gpudiag.agent.simulation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** Writes the files of a scenario's processes below {@code /proc}, and what kubelet and Docker keep of their containers. */
final class SimulatedProcessTree {

    private static final String SITE = "/usr/lib/python3.11/site-packages";
    private static final int BEGAN = 360_000;
    private static final int FIRST_USER = 1000;

    private final Path root;
    private final Scenario scenario;

    SimulatedProcessTree(Path root, Scenario scenario) {
        this.root = root;
        this.scenario = scenario;
    }

    void write() throws IOException {
        write("proc/2/comm", "kthreadd\n");
        write("etc/passwd", passwd());
        for (SimulatedProcess process : scenario.processes()) {
            if (!process.workload().state().equals("gone")) {
                write(process, "proc/" + process.pid() + "/");
            }
        }
    }

    private void write(SimulatedProcess process, String directory) throws IOException {
        SimulatedWorkload workload = process.workload();
        String name = process.name().orElse("python3");
        write(directory + "comm", name + "\n");
        write(
                directory + "stat",
                process.pid() + " (" + name + ") " + workload.state() + " 1 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 "
                        + began() + " 0 0\n");
        write(directory + "status", "Name:\t" + name + "\nUid:\t" + uid(workload.user()) + "\t0\t0\t0\n");
        write(directory + "cmdline", workload.commandLine().orElse(name).replace(' ', '\0') + "\0");
        write(directory + "cgroup", "0::" + controlGroup(process) + "\n");
        write(directory + "maps", maps(workload));
        write(directory + "environ", environment(workload.environment()));
        Files.createDirectories(root.resolve(directory + "root/dev"));
        openDevices(process, directory);
        if (workload.wheel().isPresent()) {
            Files.createDirectories(root.resolve(directory + "root" + SITE + "/" + distribution(workload)));
        }
        names(process);
    }

    /** Clock ticks after boot: an hour, or a part of the uptime of a node that has not been up for long. */
    private long began() {
        return Math.min(BEGAN, scenario.host().uptime().toMillis() / 10 / 4);
    }

    private void openDevices(SimulatedProcess process, String directory) throws IOException {
        List<String> nodes = computes(process.workload())
                ? List.of("nvidiactl", "nvidia" + minor(process), "nvidia-uvm")
                : List.of("nvidiactl", "nvidia" + minor(process));
        Files.createDirectories(root.resolve(directory + "fd"));
        for (int i = 0; i < nodes.size(); i++) {
            Path link = root.resolve(directory + "fd/" + (i + 3));
            if (!Files.isSymbolicLink(link)) {
                Files.createSymbolicLink(link, Path.of("/dev/" + nodes.get(i)));
            }
            write(directory + "root/dev/" + nodes.get(i), "");
        }
    }

    /** Whether it uses CUDA, whose driver opens the unified memory device. */
    private static boolean computes(SimulatedWorkload workload) {
        return workload.cuda().isPresent() || workload.wheel().isPresent();
    }

    private String minor(SimulatedProcess process) {
        return String.valueOf(scenario.gpus().get(process.gpu()).minor());
    }

    private String passwd() {
        return users().stream()
                .map(user -> user + ":x:" + uid(user) + ":" + uid(user) + "::/:/bin/sh\n")
                .collect(Collectors.joining("", "root:x:0:0::/root:/bin/sh\n", ""));
    }

    private List<String> users() {
        return scenario.processes().stream()
                .map(process -> process.workload().user())
                .distinct()
                .sorted()
                .toList();
    }

    private int uid(String user) {
        return user.equals("root") ? 0 : FIRST_USER + users().indexOf(user);
    }

    private String controlGroup(SimulatedProcess process) {
        SimulatedWorkload workload = process.workload();
        if (workload.pod().isPresent()) {
            return "/kubepods.slice/kubepods-pod" + podUid(workload).replace('-', '_') + ".slice/cri-containerd-"
                    + containerId(workload.pod().get()) + ".scope";
        }
        if (workload.container().isPresent()) {
            return "/system.slice/docker-" + containerId(workload.container().get()) + ".scope";
        }
        return workload.slurmJob()
                .map(job -> "/system.slice/slurmstepd.scope/job_" + job + "/step_0/user/task_0")
                .or(() -> workload.unit().map(unit -> "/system.slice/" + unit))
                .orElse("/user.slice/user-" + uid(workload.user()) + ".slice/session-1.scope");
    }

    private static String podUid(SimulatedWorkload workload) {
        return uuid(workload.pod().orElseThrow()).toString();
    }

    static UUID uuid(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    private static String containerId(String name) {
        return uuid(name).toString().replace("-", "").repeat(2);
    }

    private String maps(SimulatedWorkload workload) {
        List<String> files = new ArrayList<>();
        scenario.host()
                .module()
                .filter(version -> computes(workload))
                .ifPresent(version -> files.add("/usr/lib/x86_64-linux-gnu/libcuda.so." + version));
        workload.cuda().ifPresent(version -> files.add("/usr/local/cuda/lib64/libcudart.so." + version));
        workload.wheel()
                .ifPresent(version ->
                        files.add(SITE + "/nvidia/cuda_runtime/lib/libcudart.so." + version.split("\\.", -1)[0]));
        files.addAll(workload.maps());
        return files.stream()
                .map(file -> "7f21c4000000-7f21c4080000 r-xp 00000000 08:01 1835 " + file + "\n")
                .collect(Collectors.joining());
    }

    private static String distribution(SimulatedWorkload workload) {
        String version = workload.wheel().orElseThrow();
        return "nvidia_cuda_runtime_cu" + version.split("\\.", -1)[0] + "-" + version + ".dist-info";
    }

    private static String environment(Map<String, String> variables) {
        return variables.entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue() + "\0")
                .sorted()
                .collect(Collectors.joining());
    }

    /** What the kubelet and Docker keep, by which a container has its name. */
    private void names(SimulatedProcess process) throws IOException {
        SimulatedWorkload workload = process.workload();
        if (workload.pod().isPresent()) {
            String[] names = workload.pod().get().split("/", -1);
            String id = containerId(workload.pod().get());
            Files.createDirectories(root.resolve(
                    "var/log/pods/" + names[0] + "_" + names[1] + "_" + podUid(workload) + "/" + names[2]));
            write("var/log/containers/" + names[1] + "_" + names[0] + "_" + names[2] + "-" + id + ".log", "");
        }
        if (workload.container().isPresent()) {
            String name = workload.container().get();
            write(
                    "var/lib/docker/containers/" + containerId(name) + "/config.v2.json",
                    "{\"Name\": \"/" + name + "\"}\n");
        }
    }

    private void write(String path, String text) throws IOException {
        SimulatedHost.write(root, path, text);
    }
}
