package dev.gpudiag.agent.page;

import static java.util.Objects.requireNonNull;

import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * A process that holds GPUs.
 *
 * @param name of its executable; hostile text, as the others are
 * @param user its owner, where that is known
 * @param workload who it works for, where that is known
 * @param gpus indices; empty where it holds only what all GPUs share, or none of its GPUs has an index
 * @param devices nodes of GPUs that it has open and that no index is known for, such as {@code /dev/nvidia3}
 * @param bytes framebuffer that it holds on all of them; empty where the driver does not tell
 */
record Holder(
        long pid,
        Optional<String> name,
        Optional<String> user,
        Optional<String> workload,
        NavigableSet<Integer> gpus,
        NavigableSet<String> devices,
        OptionalLong bytes) {

    Holder {
        requireNonNull(name, "name is null");
        requireNonNull(user, "user is null");
        requireNonNull(workload, "workload is null");
        gpus = new TreeSet<>(gpus);
        devices = new TreeSet<>(devices);
        requireNonNull(bytes, "bytes is null");
    }

    /** Who to ask: the workload, else the user, else nobody that is known. */
    String owner() {
        return workload.or(() -> user.map(owner -> "user " + owner)).orElse("not known");
    }
}
