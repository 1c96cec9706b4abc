package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetCpuAffinity;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetMemoryAffinity;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetP2PStatus;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetTopologyCommonAncestor;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetTopologyNearestGpus;

import java.util.BitSet;
import java.util.List;

/** How this device lies to others, to CPUs and to memory. */
public sealed interface DeviceTopology permits NvmlDevice {
    /** How this device calls the library; of use within this package only. */
    DeviceCalls calls();

    /** See {@link NvmlNames#topologyLevel}. */
    default int topologyCommonAncestor(NvmlDevice other) throws NvmlException {
        return calls().code(
                        nvmlDeviceGetTopologyCommonAncestor,
                        (device, out) -> Natives.nvmlDeviceGetTopologyCommonAncestor(device, other.handle(), out));
    }

    /** The GPUs that are exactly this near. */
    default List<NvmlDevice> topologyNearestGpus(TopologyLevel level) throws NvmlException {
        List<Long> handles = GrowingList.read(
                calls().nvml(),
                nvmlDeviceGetTopologyNearestGpus,
                Long.BYTES,
                (memory, capacity) -> Natives.nvmlDeviceGetTopologyNearestGpus(
                        calls().handle(), level.code(), memory.address(), memory.address(GrowingList.ENTRIES)),
                Scratch::int64);
        return calls().nvml().devices(handles);
    }

    /** See {@link NvmlNames#p2pStatus}; 0 is OK. */
    default int p2pStatus(NvmlDevice other, P2pCapability capability) throws NvmlException {
        return calls().code(
                        nvmlDeviceGetP2PStatus,
                        (device, out) ->
                                Natives.nvmlDeviceGetP2PStatus(device, other.handle(), capability.code(), out));
    }

    /** The CPUs near this device. */
    default BitSet cpuAffinity() throws NvmlException {
        int words = 128;
        Scratch out = calls().begin(nvmlDeviceGetCpuAffinity, words * Long.BYTES);
        calls().check(
                        nvmlDeviceGetCpuAffinity,
                        Natives.nvmlDeviceGetCpuAffinity(calls().handle(), words, out.address()));
        return bits(out, words);
    }

    /** The NUMA nodes near this device. */
    default BitSet memoryAffinity() throws NvmlException {
        int words = 16;
        int nodeScope = 0;
        Scratch out = calls().begin(nvmlDeviceGetMemoryAffinity, words * Long.BYTES);
        calls().check(
                        nvmlDeviceGetMemoryAffinity,
                        Natives.nvmlDeviceGetMemoryAffinity(calls().handle(), words, out.address(), nodeScope));
        return bits(out, words);
    }

    private static BitSet bits(Scratch memory, int words) {
        long[] copy = new long[words];
        for (int i = 0; i < words; i++) {
            copy[i] = memory.int64(i * Long.BYTES);
        }
        return BitSet.valueOf(copy);
    }
}
