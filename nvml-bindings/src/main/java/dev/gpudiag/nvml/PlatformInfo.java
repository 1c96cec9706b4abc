package dev.gpudiag.nvml;

/** Where a GPU sits in its rack; the GUID and the serial number are hexadecimal. From R570. */
public record PlatformInfo(
        String ibGuid,
        String chassisSerialNumber,
        int slotNumber,
        int trayIndex,
        int hostId,
        int peerType,
        int moduleId) {}
