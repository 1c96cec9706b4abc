package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Reads driver, devices and operating system of a host from files below a root; takes milliseconds, writes nothing.
 *
 * <p>Never throws for what it finds: what cannot be read is a reading with its reason. Thread-safe.
 */
public final class HostProbe {

    /** What is on disk and among processes is looked for this seldom: it takes most of a reading's time. */
    private static final Duration SLOW_INTERVAL = Duration.ofSeconds(30);

    private final HostRoot root;
    private final Map<String, String> environment;
    private final InstantSource clock;
    private final AtomicReference<Slow> slow = new AtomicReference<>();

    /** What takes long to find, for one kernel. */
    private record Slow(Instant at, Reading<String> kernel, Readings readings) {}

    /**
     * Reads the host whose {@code /} is {@code root}.
     *
     * @param root {@code /}, or where a host or a simulation is mounted
     * @param environment of this process, which tells of containers
     * @throws IllegalArgumentException with a sentence for the user when it is no directory with /proc and /sys
     */
    public HostProbe(Path root, Map<String, String> environment) {
        this(root, environment, InstantSource.system());
    }

    HostProbe(Path root, Map<String, String> environment, InstantSource clock) {
        this.root = new HostRoot(root);
        this.environment = Map.copyOf(environment);
        this.clock = clock;
    }

    public HostRoot root() {
        return root;
    }

    public HostState read() {
        Readings system = new OperatingSystem(root, environment).read();
        Readings modules = new LoadedModules(root).read();
        boolean loaded = modules.value(HostQuantities.MODULE_LOADED).orElse(false);
        Reading<List<KernelGpu>> gpus = KernelGpus.read(root);
        Reading<List<PciDevice>> pci = PciBus.read(root);
        List<String> addresses = pci.value().stream()
                .flatMap(List::stream)
                .filter(PciDevice::isGpu)
                .map(PciDevice::address)
                .toList();
        return new HostState(
                Readings.builder()
                        .putAll(modules)
                        .putAll(slow(system, pci))
                        .putAll(system)
                        .build(),
                pci,
                new DeviceNodes(root).read(loaded, gpus),
                gpus,
                new PciLinks(root).read(addresses),
                root.exists("/dev/dxg"));
    }

    private Readings slow(Readings system, Reading<List<PciDevice>> pci) {
        Reading<String> kernel = system.get(HostQuantities.KERNEL_RELEASE);
        Instant now = clock.instant();
        Slow last = slow.get();
        boolean fresh = last != null
                && last.kernel().equals(kernel)
                && !now.isBefore(last.at())
                && now.isBefore(last.at().plus(SLOW_INTERVAL));
        if (fresh) {
            return last.readings();
        }
        Readings specifications = new CdiSpecifications(root).read();
        Readings.Builder read = Readings.builder()
                .putAll(new InstalledDriver(root).read(kernel))
                .putAll(specifications)
                .put(HostQuantities.DEVICE_LINKS, DeviceLinks.read(root));
        boolean inContainer = system.value(HostQuantities.IN_CONTAINER).orElse(false);
        if (!inContainer || !root.isThisMachine()) { // a container's own files say nothing of its host's driver
            read.putAll(new DriverFiles(root).read(kernel))
                    .putAll(new PackageHistory(root).read())
                    .put(HostQuantities.TOOLKIT_MISSING_LDCONFIG, ContainerToolkit.missingLdconfig(root))
                    .putAll(new ContainerEngines(root).read(specifications.get(HostQuantities.CDI_SPECS)));
        }
        if (pci.value().stream().flatMap(List::stream).anyMatch(PciDevice::isNvSwitch)) {
            read.put(HostQuantities.FABRIC_MANAGER_RUNNING, FabricManager.read(root, inContainer));
            if (!inContainer || !root.isThisMachine()) {
                read.put(HostQuantities.FABRIC_MANAGER_VERSION, FabricManagerPackage.version(root));
            }
        }
        Readings readings = read.build();
        slow.set(new Slow(now, kernel, readings));
        return readings;
    }
}
