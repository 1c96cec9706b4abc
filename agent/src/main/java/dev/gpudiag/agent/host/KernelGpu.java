package dev.gpudiag.agent.host;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A GPU as the nvidia kernel module lists it in /proc/driver/nvidia/gpus.
 *
 * @param address sysfs form, {@code 0000:65:00.0}
 * @param minor N of /dev/nvidiaN
 * @param model product name
 * @param uuid absent until the GPU was initialised once
 * @param videoBios version of the video BIOS
 * @param excluded whether the module was told to leave it alone
 */
public record KernelGpu(
        String address,
        OptionalInt minor,
        Optional<String> model,
        Optional<String> uuid,
        Optional<String> videoBios,
        boolean excluded) {}
