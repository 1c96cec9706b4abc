package dev.gpudiag.checks.memory.torch;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** The pools of one device, and their sums. */
public record Device(int index, Use use, List<Pool> pools) {

    public Device {
        requireNonNull(use, "use is null");
        pools = List.copyOf(pools);
    }
}
