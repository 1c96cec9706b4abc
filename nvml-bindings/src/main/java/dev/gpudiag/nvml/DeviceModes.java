package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetAddressingMode;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetComputeMode;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetDisplayActive;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetDisplayMode;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetGpuFabricInfo;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetGpuFabricInfoV;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetGridLicensableFeatures_v4;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetGspFirmwareMode;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetGspFirmwareVersion;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetPersistenceMode;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetVirtualizationMode;

import dev.gpudiag.nvml.Layouts.nvmlDeviceAddressingMode_v1_t;
import dev.gpudiag.nvml.Layouts.nvmlGpuFabricInfo_t;
import dev.gpudiag.nvml.Layouts.nvmlGpuFabricInfo_v2_t;
import dev.gpudiag.nvml.Layouts.nvmlGpuFabricInfo_v3_t;
import dev.gpudiag.nvml.Layouts.nvmlGridLicensableFeature_t;
import dev.gpudiag.nvml.Layouts.nvmlGridLicensableFeatures_t;
import dev.gpudiag.nvml.Layouts.nvmlGridLicenseExpiry_t;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** How the device is set up, and the firmware and fabric it runs with. */
public sealed interface DeviceModes permits NvmlDevice {
    /** How this device calls the library; of use within this package only. */
    DeviceCalls calls();

    default boolean persistenceMode() throws NvmlException {
        return calls().flag(nvmlDeviceGetPersistenceMode, Natives::nvmlDeviceGetPersistenceMode);
    }

    /** See {@link NvmlNames#computeMode}. */
    default int computeMode() throws NvmlException {
        return calls().code(nvmlDeviceGetComputeMode, Natives::nvmlDeviceGetComputeMode);
    }

    /** Whether a display is connected. */
    default boolean displayMode() throws NvmlException {
        return calls().flag(nvmlDeviceGetDisplayMode, Natives::nvmlDeviceGetDisplayMode);
    }

    /** Whether a display is in use. */
    default boolean displayActive() throws NvmlException {
        return calls().flag(nvmlDeviceGetDisplayActive, Natives::nvmlDeviceGetDisplayActive);
    }

    /** From R515. */
    default String gspFirmwareVersion() throws NvmlException {
        int length = 64;
        Scratch out =
                calls().struct(nvmlDeviceGetGspFirmwareVersion, length, 0, Natives::nvmlDeviceGetGspFirmwareVersion);
        return out.text(0, length);
    }

    /** From R515. */
    default GspFirmwareMode gspFirmwareMode() throws NvmlException {
        Scratch out = calls().pair(nvmlDeviceGetGspFirmwareMode, Natives::nvmlDeviceGetGspFirmwareMode);
        return new GspFirmwareMode(out.bool(0), out.bool(DeviceCalls.SECOND));
    }

    /** See {@link NvmlNames#virtualizationMode}. */
    default int virtualizationMode() throws NvmlException {
        return calls().code(nvmlDeviceGetVirtualizationMode, Natives::nvmlDeviceGetVirtualizationMode);
    }

    /**
     * The licence of the vGPU software; empty where this GPU needs none.
     *
     * <p>Of several products that one which is enabled, else the first.
     */
    default Optional<VgpuLicense> vgpuLicense() throws NvmlException {
        Scratch out = calls().struct(
                        nvmlDeviceGetGridLicensableFeatures_v4,
                        nvmlGridLicensableFeatures_t.sizeof,
                        0,
                        Natives::nvmlDeviceGetGridLicensableFeatures_v4);
        int room = (nvmlGridLicensableFeatures_t.sizeof - nvmlGridLicensableFeatures_t.gridLicensableFeatures)
                / nvmlGridLicensableFeature_t.sizeof;
        long count = Math.min(room, out.uint32(nvmlGridLicensableFeatures_t.licensableFeaturesCount));
        if (!out.bool(nvmlGridLicensableFeatures_t.isGridLicenseSupported) || count == 0) {
            return Optional.empty();
        }
        int[] features = IntStream.range(0, (int) count)
                .map(feature -> nvmlGridLicensableFeatures_t.gridLicensableFeatures
                        + feature * nvmlGridLicensableFeature_t.sizeof)
                .toArray();
        int at = Arrays.stream(features)
                .filter(feature -> out.bool(feature + nvmlGridLicensableFeature_t.featureEnabled))
                .findFirst()
                .orElse(features[0]);
        return Optional.of(new VgpuLicense(
                out.bool(at + nvmlGridLicensableFeature_t.featureState),
                out.text(at + nvmlGridLicensableFeature_t.productName, 128),
                expiry(out, at + nvmlGridLicensableFeature_t.licenseExpiry)));
    }

    /** The newest form that the library has: with health summary, with health mask (R550), or without (R525). */
    default GpuFabricInfo gpuFabricInfo() throws NvmlException {
        if (calls().nvml().has(nvmlDeviceGetGpuFabricInfoV)) {
            Scratch out = calls().begin(
                            nvmlDeviceGetGpuFabricInfoV, nvmlGpuFabricInfo_v3_t.sizeof, nvmlGpuFabricInfo_v3_t.VERSION);
            int code = Natives.nvmlDeviceGetGpuFabricInfoV(calls().handle(), out.address());
            OptionalInt summary = OptionalInt.of(out.uint8(nvmlGpuFabricInfo_v3_t.healthSummary));
            if (code == NvmlReturn.ARGUMENT_VERSION_MISMATCH.code()) {
                out = calls().begin(
                                nvmlDeviceGetGpuFabricInfoV,
                                nvmlGpuFabricInfo_v2_t.sizeof,
                                nvmlGpuFabricInfo_v2_t.VERSION);
                code = Natives.nvmlDeviceGetGpuFabricInfoV(calls().handle(), out.address());
                summary = OptionalInt.empty();
            }
            if (!DeviceCalls.olderFormMayAnswer(code)) {
                calls().check(nvmlDeviceGetGpuFabricInfoV, code);
                return fabric(
                        out,
                        nvmlGpuFabricInfo_v2_t.clusterUuid,
                        OptionalInt.of(out.int32(nvmlGpuFabricInfo_v2_t.healthMask)),
                        summary);
            }
        }
        Scratch out = calls().struct(
                        nvmlDeviceGetGpuFabricInfo, nvmlGpuFabricInfo_t.sizeof, 0, Natives::nvmlDeviceGetGpuFabricInfo);
        return fabric(out, nvmlGpuFabricInfo_t.clusterUuid, OptionalInt.empty(), OptionalInt.empty());
    }

    /** 0 none, 1 HMM, 2 ATS; from R580. */
    default int addressingMode() throws NvmlException {
        return calls().struct(
                        nvmlDeviceGetAddressingMode,
                        nvmlDeviceAddressingMode_v1_t.sizeof,
                        nvmlDeviceAddressingMode_v1_t.VERSION,
                        Natives::nvmlDeviceGetAddressingMode)
                .int32(nvmlDeviceAddressingMode_v1_t.value);
    }

    private static Optional<Instant> expiry(Scratch out, int at) {
        int valid = 2; // NVML_GRID_LICENSE_EXPIRY_VALID: the others have no date
        if (out.uint8(at + nvmlGridLicenseExpiry_t.status) != valid) {
            return Optional.empty();
        }
        try {
            return Optional.of(LocalDateTime.of(
                            out.int32(at + nvmlGridLicenseExpiry_t.year),
                            out.uint16(at + nvmlGridLicenseExpiry_t.month),
                            out.uint16(at + nvmlGridLicenseExpiry_t.day),
                            out.uint16(at + nvmlGridLicenseExpiry_t.hour),
                            out.uint16(at + nvmlGridLicenseExpiry_t.min),
                            out.uint16(at + nvmlGridLicenseExpiry_t.sec))
                    .toInstant(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            return Optional.empty(); // the driver's word is no date
        }
    }

    /** The newer structs repeat the oldest one's fields behind a version word. */
    private static GpuFabricInfo fabric(Scratch out, int at, OptionalInt healthMask, OptionalInt healthSummary) {
        return new GpuFabricInfo(
                out.hex(at + nvmlGpuFabricInfo_t.clusterUuid, 16),
                out.int32(at + nvmlGpuFabricInfo_t.cliqueId),
                out.uint8(at + nvmlGpuFabricInfo_t.state),
                NvmlReturn.of(out.int32(at + nvmlGpuFabricInfo_t.status)),
                healthMask,
                healthSummary);
    }
}
