package dev.gpudiag.telemetry;

/**
 * A device node under /dev that NVIDIA's libraries open.
 *
 * @param path such as {@code /dev/nvidia0}
 * @param kind what lies there
 * @param major device major number, -1 unless a character device
 * @param minor device minor number, -1 unless a character device
 * @param accessible whether this process may read and write it
 */
public record DeviceNode(String path, Kind kind, int major, int minor, boolean accessible) {

    /** What lies at a path. */
    public enum Kind {
        CHARACTER_DEVICE,
        SOMETHING_ELSE,
        ABSENT
    }
}
