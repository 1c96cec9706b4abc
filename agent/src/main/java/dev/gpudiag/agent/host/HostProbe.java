package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Reads driver, devices and operating system of a host from files below a root; takes milliseconds, writes nothing.
 *
 * <p>Never throws for what it finds: what cannot be read is a reading with its reason. Thread-safe.
 */
public final class HostProbe {

    private final HostRoot root;
    private final Map<String, String> environment;

    /**
     * @param root {@code /}, or where a host or a simulation is mounted
     * @param environment of this process, which tells of containers
     * @throws IllegalArgumentException with a sentence for the user when it is no directory with /proc and /sys
     */
    public HostProbe(Path root, Map<String, String> environment) {
        this.root = new HostRoot(root);
        this.environment = Map.copyOf(environment);
    }

    public HostRoot root() {
        return root;
    }

    public HostState read() {
        Readings system = new OperatingSystem(root, environment).read();
        Readings modules = new LoadedModules(root).read();
        Readings installed = new InstalledDriver(root).read(system.get(HostQuantities.KERNEL_RELEASE));
        boolean loaded = modules.value(HostQuantities.MODULE_LOADED).orElse(false);
        Reading<List<KernelGpu>> gpus = KernelGpus.read(root);
        return new HostState(
                Readings.builder()
                        .putAll(modules)
                        .putAll(installed)
                        .putAll(system)
                        .build(),
                PciBus.read(root),
                new DeviceNodes(root).read(loaded, gpus),
                gpus,
                root.exists("/dev/dxg"));
    }
}
