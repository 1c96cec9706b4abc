package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.DeviceNode;
import dev.gpudiag.telemetry.HostQuantities;
import java.util.List;
import java.util.Optional;

/**
 * Decides from a host's files alone whether nvmlInit must fail.
 *
 * <p>Run as root, the real library creates /dev/nvidiactl and may start nvidia-modprobe even where no driver is loaded; a
 * tool that only reads does not call it there.
 */
public final class NvmlPrecheck {

    private NvmlPrecheck() {}

    /** Why nvmlInit is not to be called; empty where it may succeed. */
    public static Optional<String> refusal(HostState host) {
        if (host.paravirtualized()) {
            return Optional.empty();
        }
        Optional<Boolean> loaded = host.readings().value(HostQuantities.MODULE_LOADED);
        if (loaded.isPresent()) {
            return loaded.get()
                    ? Optional.empty()
                    : Optional.of("nvmlInit not called: the nvidia kernel module is not loaded"
                            + " (/proc/modules, /sys/module/nvidia)");
        }
        // A sandbox such as gVisor shows no modules, yet offers the driver through its nodes.
        return hasControlNode(host)
                ? Optional.empty()
                : Optional.of("nvmlInit not called: neither an nvidia kernel module nor /dev/nvidiactl can be seen");
    }

    private static boolean hasControlNode(HostState host) {
        return host.deviceNodes().value().orElse(List.of()).stream()
                .anyMatch(node ->
                        node.path().equals("/dev/nvidiactl") && node.kind() == DeviceNode.Kind.CHARACTER_DEVICE);
    }
}
