package dev.gpudiag.telemetry;

import dev.gpudiag.telemetry.ProcessCuda.MappedLibrary;
import dev.gpudiag.telemetry.ProcessCuda.VersionTrace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Builds a {@link GpuHolder} in a test: a running python3 of which everything can be read, and what is changed of it. */
public final class GpuHolders {

    private final long pid;
    private Reading<Long> startTicks = Reading.of(1000L, "/proc/PID/stat");
    private Reading<String> state = Reading.of("S", "/proc/PID/stat");
    private String command = "python3";
    private Reading<Workload> workload = Reading.of(Workload.of(Workload.Kind.USER, "alice"), "/proc/PID/cgroup");
    private List<String> openDevices = List.of("/dev/nvidia0", "/dev/nvidiactl");
    private Reading<Boolean> deviceAccess =
            Reading.missing(Reading.Reason.NOT_SUPPORTED, "/proc/PID/cgroup", "version 2");
    private final List<VersionTrace> versions = new ArrayList<>();
    private final List<MappedLibrary> libraries = new ArrayList<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private List<String> deviceNodes = List.of("/dev/nvidia0", "/dev/nvidiactl", "/dev/nvidia-uvm");
    private Optional<Reading<ProcessCuda>> cuda = Optional.empty();

    private GpuHolders(long pid) {
        this.pid = pid;
    }

    public static GpuHolders process(long pid) {
        return new GpuHolders(pid);
    }

    public GpuHolders startTicks(long ticks) {
        startTicks = Reading.of(ticks, "/proc/PID/stat");
        return this;
    }

    public GpuHolders startUnknown() {
        startTicks = Reading.missing(Reading.Reason.NO_PERMISSION, "/proc/PID/stat", "no permission");
        return this;
    }

    public GpuHolders state(String letter) {
        state = Reading.of(letter, "/proc/PID/stat");
        return this;
    }

    public GpuHolders command(String name) {
        command = name;
        return this;
    }

    public GpuHolders workload(Workload found) {
        workload = Reading.of(found, "/proc/PID/cgroup");
        return this;
    }

    public GpuHolders workload(Reading<Workload> found) {
        workload = found;
        return this;
    }

    public GpuHolders pod(String namespace, String pod, String container) {
        return workload(new Workload(
                Workload.Kind.KUBERNETES_POD,
                namespace + "/" + pod + " (" + container + ")",
                Optional.of(namespace),
                Optional.of(pod),
                Optional.of("11111111-2222-3333-4444-555555555555"),
                Optional.of(container),
                Optional.of("a".repeat(64)),
                Optional.of("containerd")));
    }

    public GpuHolders openDevices(String... paths) {
        openDevices = List.of(paths);
        return this;
    }

    public GpuHolders deviceAccess(boolean allowed, String source) {
        deviceAccess = Reading.of(allowed, source);
        return this;
    }

    public GpuHolders version(ProcessCuda.Trace trace, String version, String source, String value) {
        versions.add(new VersionTrace(trace, version, source, value));
        return this;
    }

    public GpuHolders library(String path, String version) {
        libraries.add(new MappedLibrary(path, version, false));
        return this;
    }

    public GpuHolders deletedLibrary(String path, String version) {
        libraries.add(new MappedLibrary(path, version, true));
        return this;
    }

    public GpuHolders environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    public GpuHolders deviceNodes(String... paths) {
        deviceNodes = List.of(paths);
        return this;
    }

    public GpuHolders cuda(Reading<ProcessCuda> found) {
        cuda = Optional.of(found);
        return this;
    }

    public GpuHolder build() {
        String proc = "/proc/" + pid;
        return new GpuHolder(
                pid,
                startTicks,
                state,
                Reading.of(command, proc + "/comm"),
                Reading.of(command + " train.py", proc + "/cmdline"),
                Reading.of("alice", proc + "/status"),
                Reading.of(openDevices, proc + "/fd"),
                deviceAccess,
                workload,
                cuda.orElseGet(() -> Reading.of(
                        new ProcessCuda(
                                Reading.of(List.copyOf(versions), proc),
                                Reading.of(List.copyOf(libraries), proc + "/maps"),
                                Reading.of(Map.copyOf(environment), proc + "/environ"),
                                Reading.of(deviceNodes, proc + "/root/dev")),
                        proc)));
    }
}
