package dev.gpudiag.telemetry;

import java.util.Optional;

/**
 * An NVIDIA function on the PCI bus, as /sys/bus/pci/devices shows it.
 *
 * @param address sysfs form, {@code 0000:65:00.0}
 * @param vendorId 0x10de; 0xffff in configuration space means that the device no longer answers
 * @param deviceId PCI device id
 * @param classCode 24 bits: 0x0300xx VGA, 0x0302xx 3D controller, 0x0680xx bridge (NVSwitch)
 * @param driver kernel driver bound to it: nvidia, nouveau, vfio-pci
 */
public record PciDevice(String address, int vendorId, int deviceId, int classCode, Optional<String> driver) {

    /** PCI vendor id of NVIDIA. */
    public static final int NVIDIA = 0x10de;

    public boolean isGpu() {
        int baseAndSub = classCode >> 8;
        return baseAndSub == 0x0300 || baseAndSub == 0x0302;
    }

    public boolean isNvSwitch() {
        return classCode >> 8 == 0x0680;
    }
}
