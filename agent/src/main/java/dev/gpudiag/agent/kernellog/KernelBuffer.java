package dev.gpudiag.agent.kernellog;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The kernel's own log buffer, read record by record from the oldest one; never waits. Not thread-safe. */
interface KernelBuffer extends Closeable {

    String DEVICE = "/dev/kmsg";

    /** The buffer of a host, or why it cannot be read. */
    static Reading<KernelBuffer> open(HostRoot root) {
        try {
            if (root.isSimulated()) {
                return Reading.of(new KernelFile(root.regularFile(DEVICE)), DEVICE);
            }
            Path device = root.locate(DEVICE);
            Object mode = Files.getAttribute(device, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            boolean character = mode instanceof Integer bits && (bits & 0xf000) == 0x2000;
            return character
                    ? Reading.of(KernelDevice.open(device), DEVICE)
                    : Reading.missing(Reason.FAILED, DEVICE, DEVICE + " is not a character device");
        } catch (IOException e) {
            return HostRoot.missing(DEVICE, e);
        }
    }

    /** What a read gave. */
    sealed interface Next {

        /** One record, with its dictionary. */
        record Entry(String text) implements Next {}

        /** Records were overwritten before they were read; the next read gives the oldest that is left. */
        record Overrun() implements Next {}

        /** Nothing more for now. */
        record End() implements Next {}
    }

    Next next() throws IOException;

    @Override
    void close();
}
