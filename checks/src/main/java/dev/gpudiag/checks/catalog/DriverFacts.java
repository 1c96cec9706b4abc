package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/** What a sample says of driver and hardware, in the terms in which {@code driver} and {@code devices} ask for it. */
record DriverFacts(DriverState state) {

    static DriverFacts of(NodeSample sample) {
        return new DriverFacts(sample.driver());
    }

    /** Whether somebody looked at the bus; a machine without a PCI bus is known to have nothing on it. */
    boolean pciKnown() {
        return state.pciDevices().isPresent() || state.pciDevices().reason().equals(Optional.of(Reason.NOT_SUPPORTED));
    }

    /** NVIDIA GPUs on the bus; empty also where the bus cannot be read. */
    List<PciDevice> gpus() {
        return gpus(device -> true);
    }

    /** GPUs that were handed to virtual machines on purpose. */
    List<PciDevice> passedThrough() {
        return gpus(DriverFacts::isPassedThrough);
    }

    /** GPUs that this node's own driver should drive. */
    List<PciDevice> ownGpus() {
        return gpus(device -> !isPassedThrough(device));
    }

    /** GPUs that the driver of the Linux kernel holds instead of NVIDIA's. */
    List<PciDevice> heldByNouveau() {
        return gpus(device -> device.driver()
                .filter(name -> name.equals("nouveau") || name.startsWith("nova"))
                .isPresent());
    }

    private List<PciDevice> gpus(Predicate<PciDevice> filter) {
        return state.pciDevices().value().orElse(List.of()).stream()
                .filter(PciDevice::isGpu)
                .filter(filter)
                .toList();
    }

    private static boolean isPassedThrough(PciDevice device) {
        return device.driver()
                .filter(name -> name.equals("vfio-pci") || name.equals("pci-stub"))
                .isPresent();
    }

    /** Whether the nvidia module is loaded; empty where nobody looked. */
    Optional<Boolean> moduleLoaded() {
        return text(HostQuantities.MODULE_VERSION)
                .map(version -> true)
                .or(() -> state.get(HostQuantities.MODULE_LOADED).value());
    }

    /** Whether any part of the driver is on this node. */
    boolean installed() {
        return state.get(HostQuantities.DRIVER_INSTALLED).value().orElse(false)
                || moduleLoaded().orElse(false)
                || text(HostQuantities.LIBRARY_PATH).isPresent()
                || text(HostQuantities.MODULE_ON_DISK_VERSION).isPresent();
    }

    boolean inContainer() {
        return state.get(HostQuantities.IN_CONTAINER).value().orElse(false);
    }

    Optional<String> text(Quantity<String> quantity) {
        return state.get(quantity).value().map(String::strip).filter(text -> !text.isEmpty());
    }

    /** Version of the kernel module in force: what the host says, else what NVML says, which asks the module. */
    Optional<String> moduleVersion() {
        return text(HostQuantities.MODULE_VERSION).or(() -> text(HostQuantities.DRIVER_VERSION));
    }

    /** Version of NVML: the one that answers, else the file; {@code 12.535.183.01} is CUDA's major and the driver's. */
    Optional<String> libraryVersion() {
        return text(HostQuantities.NVML_VERSION)
                .map(DriverFacts::withoutCudaMajor)
                .or(() -> text(HostQuantities.LIBRARY_VERSION));
    }

    private static String withoutCudaMajor(String version) {
        int dot = version.indexOf('.');
        boolean prefixed = dot > 0 && dot <= 2 && version.indexOf('.', dot + 1) > 0;
        return prefixed ? version.substring(dot + 1) : version;
    }

    /** Return code of nvmlInit, where it was called and failed. */
    OptionalInt returnCode() {
        return state.nvml() instanceof Reading.Missing<Boolean> missing ? missing.code() : OptionalInt.empty();
    }

    boolean nvmlFailedFor(Reason reason) {
        return state.nvml().reason().filter(reason::equals).isPresent();
    }

    /** A recording whose format holds neither the bus nor the module nor the start of NVML. */
    boolean recordedWithoutHost() {
        return nvmlFailedFor(Reason.NOT_READ) && moduleLoaded().isEmpty() && !pciKnown();
    }

    /** Nothing on this node is NVIDIA's, nothing ever was, and nobody says that it should be. */
    boolean noHardware(Evidence evidence) {
        boolean expected = evidence.setting(DevicesCheck.EXPECT_COUNT).orElse(0) > 0
                || evidence.setting(DevicesCheck.EXPECT_MODEL).isPresent()
                || evidence.baseline()
                        .map(Baseline::gpus)
                        .filter(gpus -> !gpus.isEmpty())
                        .isPresent();
        return pciKnown() && gpus().isEmpty() && evidence.sample().gpus().isEmpty() && !installed() && !expected;
    }
}
