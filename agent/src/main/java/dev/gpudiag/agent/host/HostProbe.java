package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.HostQuantities;
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

    /** What is on disk is looked for this seldom: it takes most of a reading's time, and changes by installing only. */
    private static final Duration DISK_INTERVAL = Duration.ofSeconds(30);

    private final HostRoot root;
    private final Map<String, String> environment;
    private final InstantSource clock;
    private final AtomicReference<Disk> disk = new AtomicReference<>();

    /** What was found on disk, for one kernel. */
    private record Disk(Instant at, Reading<String> kernel, Readings installed) {}

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
        return new HostState(
                Readings.builder()
                        .putAll(modules)
                        .putAll(installed(system.get(HostQuantities.KERNEL_RELEASE)))
                        .putAll(system)
                        .build(),
                PciBus.read(root),
                new DeviceNodes(root).read(loaded, gpus),
                gpus,
                root.exists("/dev/dxg"));
    }

    private Readings installed(Reading<String> kernel) {
        Instant now = clock.instant();
        Disk last = disk.get();
        boolean fresh = last != null
                && last.kernel().equals(kernel)
                && !now.isBefore(last.at())
                && now.isBefore(last.at().plus(DISK_INTERVAL));
        if (fresh) {
            return last.installed();
        }
        Readings installed = new InstalledDriver(root).read(kernel);
        disk.set(new Disk(now, kernel, installed));
        return installed;
    }
}
