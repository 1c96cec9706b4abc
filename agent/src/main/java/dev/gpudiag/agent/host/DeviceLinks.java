package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.IOException;

/**
 * Whether {@code /dev/char} has links to NVIDIA's nodes (major 195).
 *
 * <p>udev makes them for drivers that tell the kernel of their nodes, which NVIDIA's does not; {@code nvidia-ctk system
 * create-dev-char-symlinks} does.
 */
final class DeviceLinks {

    private static final String DIRECTORY = "/dev/char";
    private static final String MAJOR = "195:";

    private DeviceLinks() {}

    static Reading<Boolean> read(HostRoot root) {
        if (!root.exists("/dev/nvidiactl")) {
            return Reading.missing(Reason.NOT_SUPPORTED, DIRECTORY, "no /dev/nvidiactl to link to");
        }
        try {
            return Reading.of(
                    !root.names(DIRECTORY, name -> name.startsWith(MAJOR)).isEmpty(), DIRECTORY);
        } catch (IOException e) {
            return HostRoot.missing(DIRECTORY, e);
        }
    }
}
