package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetCurrPcieLinkGeneration;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetCurrPcieLinkWidth;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetGpuMaxPcieLinkGeneration;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetMaxPcieLinkGeneration;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetMaxPcieLinkWidth;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetNvLinkCapability;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetNvLinkErrorCounter;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetNvLinkRemoteDeviceType;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetNvLinkRemotePciInfo_v2;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetNvLinkState;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetNvLinkVersion;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetPcieReplayCounter;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetPcieSpeed;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetPcieThroughput;

import dev.gpudiag.nvml.Layouts.nvmlPciInfo_t;

/** PCIe and NVLink. */
public sealed interface DeviceLinks permits NvmlDevice {
    /** How this device calls the library; of use within this package only. */
    DeviceCalls calls();

    /** Drops while the GPU is idle. */
    default int currPcieLinkGeneration() throws NvmlException {
        return calls().uint(nvmlDeviceGetCurrPcieLinkGeneration, Natives::nvmlDeviceGetCurrPcieLinkGeneration);
    }

    /** What GPU and slot can do together. */
    default int maxPcieLinkGeneration() throws NvmlException {
        return calls().uint(nvmlDeviceGetMaxPcieLinkGeneration, Natives::nvmlDeviceGetMaxPcieLinkGeneration);
    }

    /** What the GPU alone can do; from R525. */
    default int gpuMaxPcieLinkGeneration() throws NvmlException {
        return calls().uint(nvmlDeviceGetGpuMaxPcieLinkGeneration, Natives::nvmlDeviceGetGpuMaxPcieLinkGeneration);
    }

    /** Lanes. */
    default int currPcieLinkWidth() throws NvmlException {
        return calls().uint(nvmlDeviceGetCurrPcieLinkWidth, Natives::nvmlDeviceGetCurrPcieLinkWidth);
    }

    /** Lanes. */
    default int maxPcieLinkWidth() throws NvmlException {
        return calls().uint(nvmlDeviceGetMaxPcieLinkWidth, Natives::nvmlDeviceGetMaxPcieLinkWidth);
    }

    default int pcieReplayCounter() throws NvmlException {
        return calls().uint(nvmlDeviceGetPcieReplayCounter, Natives::nvmlDeviceGetPcieReplayCounter);
    }

    /** KB/s; the call blocks for the 20 ms that it measures. */
    default int pcieThroughput(PcieCounter counter) throws NvmlException {
        return calls().uint(nvmlDeviceGetPcieThroughput, counter.code(), Natives::nvmlDeviceGetPcieThroughput);
    }

    /** MB/s per lane as the driver states it; from R515. */
    default int pcieSpeed() throws NvmlException {
        return calls().uint(nvmlDeviceGetPcieSpeed, Natives::nvmlDeviceGetPcieSpeed);
    }

    /** Whether a link is up. INVALID_ARGUMENT past the last link. */
    default boolean nvLinkState(int link) throws NvmlException {
        return calls().uint(nvmlDeviceGetNvLinkState, link, Natives::nvmlDeviceGetNvLinkState) != 0;
    }

    default int nvLinkVersion(int link) throws NvmlException {
        return calls().uint(nvmlDeviceGetNvLinkVersion, link, Natives::nvmlDeviceGetNvLinkVersion);
    }

    default boolean nvLinkCapability(int link, NvLinkCapability capability) throws NvmlException {
        Scratch out = calls().begin(nvmlDeviceGetNvLinkCapability, 8);
        calls().check(
                        nvmlDeviceGetNvLinkCapability,
                        Natives.nvmlDeviceGetNvLinkCapability(
                                calls().handle(), link, capability.code(), out.address()));
        return out.bool(0);
    }

    default long nvLinkErrorCounter(int link, NvLinkErrorCounter counter) throws NvmlException {
        return calls().ulong(
                        nvmlDeviceGetNvLinkErrorCounter,
                        link,
                        counter.code(),
                        Natives::nvmlDeviceGetNvLinkErrorCounter);
    }

    default PciInfo nvLinkRemotePciInfo(int link) throws NvmlException {
        Scratch out = calls().begin(nvmlDeviceGetNvLinkRemotePciInfo_v2, nvmlPciInfo_t.sizeof);
        calls().check(
                        nvmlDeviceGetNvLinkRemotePciInfo_v2,
                        Natives.nvmlDeviceGetNvLinkRemotePciInfo_v2(calls().handle(), link, out.address()));
        return PciInfo.read(out, 0);
    }

    /** See {@link NvmlNames#nvLinkDeviceType}. */
    default int nvLinkRemoteDeviceType(int link) throws NvmlException {
        return calls().uint(nvmlDeviceGetNvLinkRemoteDeviceType, link, Natives::nvmlDeviceGetNvLinkRemoteDeviceType);
    }
}
