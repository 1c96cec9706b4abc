package dev.gpudiag.telemetry;

import static dev.gpudiag.telemetry.HostQuantities.*;

import dev.gpudiag.telemetry.DeviceNode.Kind;
import dev.gpudiag.telemetry.Reading.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Builds a {@link NodeSample} in a test: a node whose driver works, without GPUs, and what is changed of it. */
public final class NodeSamples {

    public static final String VERSION = "550.54.15";
    private static final int H100 = 0x2330;
    private static final int CONTROLLER = 0x030200;

    private Instant takenAt = GpuSamples.NOW;
    private Reading<Boolean> nvml = Reading.of(true, "nvmlInit_v2");
    private Readings.Builder readings = Readings.builder();
    private Reading<List<PciDevice>> pci = Reading.of(List.of(), "/sys/bus/pci/devices");
    private Reading<List<DeviceNode>> nodes = Reading.of(List.of(), "/dev");
    private final List<PciDevice> devices = new ArrayList<>();
    private final List<DeviceNode> deviceNodes = new ArrayList<>();
    private final List<GpuSample> gpus = new ArrayList<>();
    private HostSample host = HostSample.notRead();
    private RdmaState rdma = RdmaState.notRead();

    private NodeSamples() {}

    /** A node with nothing of NVIDIA's. */
    public static NodeSamples bare() {
        return new NodeSamples()
                .nvmlFails(12, "libnvidia-ml.so.1: not found")
                .with(MODULE_LOADED, false)
                .with(NOUVEAU_LOADED, false)
                .with(DRIVER_INSTALLED, false)
                .with(IN_CONTAINER, false)
                .with(KERNEL_RELEASE, "6.8.0-45-generic");
    }

    /** A node whose driver works; GPUs are added with their device on the bus by {@link #gpu}. */
    public static NodeSamples working() {
        return new NodeSamples()
                .with(MODULE_LOADED, true)
                .with(DRIVER_INSTALLED, true)
                .with(IN_CONTAINER, false)
                .with(HOST_PROCESSES_VISIBLE, true)
                .with(MODULE_VERSION, VERSION)
                .with(MODULE_ON_DISK_VERSION, VERSION)
                .with(MODULE_FLAVOUR, "proprietary")
                .with(LIBRARY_PATH, "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1")
                .with(LIBRARY_VERSION, VERSION)
                .with(DRIVER_VERSION, VERSION)
                .with(NVML_VERSION, "12." + VERSION)
                .with(CUDA_DRIVER_VERSION, "12.4")
                .node("/dev/nvidiactl", 195, 255)
                .node("/dev/nvidia-uvm", 511, 0);
    }

    /** A node whose driver is installed and loaded, and whose NVML does not start. */
    public static NodeSamples broken(int code, String detail) {
        return working()
                .device("0000:10:00.0", "nvidia")
                .node("/dev/nvidia0", 195, 0)
                .without(DRIVER_VERSION)
                .without(NVML_VERSION)
                .without(CUDA_DRIVER_VERSION)
                .nvmlFails(code, detail);
    }

    /** A GPU, listed by NVML and on the bus. */
    public NodeSamples gpu(GpuSample gpu) {
        gpu.identity().pciBusId().ifPresent(address -> device(address, "nvidia"));
        return listed(gpu);
    }

    /** A GPU that NVML lists, on the bus or not. */
    public NodeSamples listed(GpuSample gpu) {
        gpus.add(gpu);
        return this;
    }

    public NodeSamples device(String address, String driver) {
        return device(address, driver, H100);
    }

    public NodeSamples device(String address, String driver, int deviceId) {
        return device(new PciDevice(address, PciDevice.NVIDIA, deviceId, CONTROLLER, Optional.ofNullable(driver)));
    }

    public NodeSamples device(PciDevice device) {
        devices.add(device);
        pci = Reading.of(List.copyOf(devices), "/sys/bus/pci/devices");
        return this;
    }

    public NodeSamples noBus(Reason reason) {
        pci = Reading.missing(reason, "/sys/bus/pci/devices", reason.text());
        return this;
    }

    public NodeSamples node(String path, int major, int minor) {
        return node(new DeviceNode(path, Kind.CHARACTER_DEVICE, major, minor, true));
    }

    public NodeSamples node(DeviceNode node) {
        deviceNodes.removeIf(other -> other.path().equals(node.path()));
        deviceNodes.add(node);
        nodes = Reading.of(List.copyOf(deviceNodes), "/dev");
        return this;
    }

    public NodeSamples nvmlFails(int code, String detail) {
        nvml = Reading.missing(code == 4 ? Reason.NO_PERMISSION : Reason.FAILED, "nvmlInit_v2", detail, code);
        return this;
    }

    public NodeSamples nvml(Reading<Boolean> reading) {
        nvml = reading;
        return this;
    }

    public <T> NodeSamples with(Quantity<T> quantity, T value) {
        readings.put(quantity, value, "host " + quantity.id());
        return this;
    }

    public <T> NodeSamples without(Quantity<T> quantity) {
        readings.put(quantity, Reading.notRead("not read"));
        return this;
    }

    public <T> NodeSamples with(Quantity<T> quantity, Reading<T> reading) {
        readings.put(quantity, reading);
        return this;
    }

    /** Forgets all that was said of the host, as a recording of nvidia-smi does. */
    public NodeSamples recorded() {
        readings = Readings.builder();
        deviceNodes.clear();
        nodes = Reading.notRead("not in this recording");
        pci = Reading.notRead("not in this recording");
        return this;
    }

    /** What holds its GPUs. */
    public NodeSamples holders(GpuHolder... holders) {
        host = new HostSample(Reading.of(List.of(holders), "/proc"), Reading.notRead("not looked at"));
        return this;
    }

    /** When the kernel began to count the ticks of its processes' starts; after the holders. */
    public NodeSamples bootedAt(Instant boot) {
        host = new HostSample(host.holders(), host.allocations(), host.gaps(), host.lookedAt(), Optional.of(boot));
        return this;
    }

    /** What it has for RDMA. */
    public NodeSamples rdma(RdmaState state) {
        rdma = state;
        return this;
    }

    public NodeSamples at(Instant instant) {
        takenAt = instant;
        return this;
    }

    public NodeSample build() {
        DriverState driver = new DriverState(nvml, readings.build(), pci, nodes);
        return new NodeSample(takenAt, SampleSource.live(), driver, gpus, host).withRdma(rdma);
    }
}
