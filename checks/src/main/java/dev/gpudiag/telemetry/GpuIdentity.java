package dev.gpudiag.telemetry;

import java.util.Optional;

/**
 * What names one GPU; a GPU that is lost may have nothing but its index or its PCI address.
 *
 * @param index NVML index, from 0; not stable over reboots
 * @param uuid such as {@code GPU-5a2b…}
 * @param pciBusId sysfs form, {@code 0000:65:00.0}, lower case
 * @param name product name
 */
public record GpuIdentity(int index, Optional<String> uuid, Optional<String> pciBusId, Optional<String> name) {

    /** The most stable name there is: UUID, else PCI address, else index. */
    public String key() {
        return uuid.or(() -> pciBusId).orElse("gpu" + index);
    }
}
