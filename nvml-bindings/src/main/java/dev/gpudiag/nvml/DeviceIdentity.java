package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetArchitecture;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetBoardId;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetBoardPartNumber;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetBrand;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetCudaComputeCapability;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetIndex;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetInforomImageVersion;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetMinorNumber;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetModuleId;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetMultiGpuBoard;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetName;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetPciInfoExt;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetPciInfo_v3;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetPlatformInfo;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetSerial;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetUUID;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetVbiosVersion;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceValidateInforom;

import dev.gpudiag.nvml.Layouts.nvmlPciInfoExt_v1_t;
import dev.gpudiag.nvml.Layouts.nvmlPciInfo_t;
import dev.gpudiag.nvml.Layouts.nvmlPlatformInfo_v2_t;

/** Which device this is. */
public sealed interface DeviceIdentity permits NvmlDevice {
    /** How this device calls the library; of use within this package only. */
    DeviceCalls calls();

    default String name() throws NvmlException {
        return calls().text(nvmlDeviceGetName, 96, Natives::nvmlDeviceGetName);
    }

    /** GPU-..., or MIG-... of a MIG device. */
    default String uuid() throws NvmlException {
        return calls().text(nvmlDeviceGetUUID, 96, Natives::nvmlDeviceGetUUID);
    }

    /** NOT_SUPPORTED on GeForce. */
    default String serial() throws NvmlException {
        return calls().text(nvmlDeviceGetSerial, 32, Natives::nvmlDeviceGetSerial);
    }

    default PciInfo pciInfo() throws NvmlException {
        return PciInfo.read(
                calls().struct(nvmlDeviceGetPciInfo_v3, nvmlPciInfo_t.sizeof, 0, Natives::nvmlDeviceGetPciInfo_v3), 0);
    }

    /** PCI class and subclass, such as 0x0302 for a 3D controller; from R550. */
    default int pciClass() throws NvmlException {
        Scratch out = calls().struct(
                        nvmlDeviceGetPciInfoExt,
                        nvmlPciInfoExt_v1_t.sizeof,
                        nvmlPciInfoExt_v1_t.VERSION,
                        Natives::nvmlDeviceGetPciInfoExt);
        return out.int32(nvmlPciInfoExt_v1_t.baseClass) << 8 | out.int32(nvmlPciInfoExt_v1_t.subClass);
    }

    /** The N of /dev/nvidiaN. */
    default int minorNumber() throws NvmlException {
        return calls().uint(nvmlDeviceGetMinorNumber, Natives::nvmlDeviceGetMinorNumber);
    }

    /** The driver's own index, which follows the PCI order. */
    default int nvmlIndex() throws NvmlException {
        return calls().code(nvmlDeviceGetIndex, Natives::nvmlDeviceGetIndex);
    }

    /** See {@link NvmlNames#brand}. */
    default int brand() throws NvmlException {
        return calls().code(nvmlDeviceGetBrand, Natives::nvmlDeviceGetBrand);
    }

    /** See {@link NvmlNames#architecture}. */
    default int architecture() throws NvmlException {
        return calls().code(nvmlDeviceGetArchitecture, Natives::nvmlDeviceGetArchitecture);
    }

    default ComputeCapability cudaComputeCapability() throws NvmlException {
        Scratch out = calls().pair(nvmlDeviceGetCudaComputeCapability, Natives::nvmlDeviceGetCudaComputeCapability);
        return new ComputeCapability(out.int32(0), out.int32(DeviceCalls.SECOND));
    }

    default String boardPartNumber() throws NvmlException {
        return calls().text(nvmlDeviceGetBoardPartNumber, 80, Natives::nvmlDeviceGetBoardPartNumber);
    }

    default String vbiosVersion() throws NvmlException {
        return calls().text(nvmlDeviceGetVbiosVersion, 32, Natives::nvmlDeviceGetVbiosVersion);
    }

    default String inforomImageVersion() throws NvmlException {
        return calls().text(nvmlDeviceGetInforomImageVersion, 32, Natives::nvmlDeviceGetInforomImageVersion);
    }

    /** Reads the whole infoROM, which is slow; CORRUPTED_INFOROM where its checksum is wrong. */
    default void validateInforom() throws NvmlException {
        calls().begin(nvmlDeviceValidateInforom, 0);
        calls().check(nvmlDeviceValidateInforom, Natives.nvmlDeviceValidateInforom(calls().handle()));
    }

    default boolean multiGpuBoard() throws NvmlException {
        return calls().flag(nvmlDeviceGetMultiGpuBoard, Natives::nvmlDeviceGetMultiGpuBoard);
    }

    /** Equal for GPUs of one board. */
    default int boardId() throws NvmlException {
        return calls().code(nvmlDeviceGetBoardId, Natives::nvmlDeviceGetBoardId);
    }

    /** Position on an SXM base board; from R535. */
    default int moduleId() throws NvmlException {
        return calls().code(nvmlDeviceGetModuleId, Natives::nvmlDeviceGetModuleId);
    }

    /** From R570. */
    default PlatformInfo platformInfo() throws NvmlException {
        Scratch out = calls().struct(
                        nvmlDeviceGetPlatformInfo,
                        nvmlPlatformInfo_v2_t.sizeof,
                        nvmlPlatformInfo_v2_t.VERSION,
                        Natives::nvmlDeviceGetPlatformInfo);
        return new PlatformInfo(
                out.hex(nvmlPlatformInfo_v2_t.ibGuid, 16),
                out.hex(nvmlPlatformInfo_v2_t.chassisSerialNumber, 16),
                out.uint8(nvmlPlatformInfo_v2_t.slotNumber),
                out.uint8(nvmlPlatformInfo_v2_t.trayIndex),
                out.uint8(nvmlPlatformInfo_v2_t.hostId),
                out.uint8(nvmlPlatformInfo_v2_t.peerType),
                out.uint8(nvmlPlatformInfo_v2_t.moduleId));
    }
}
