package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetCount_v2;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetHandleByIndex_v2;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetHandleByPciBusId_v2;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetHandleByUUID;
import static dev.gpudiag.nvml.Symbol.nvmlGetExcludedDeviceCount;
import static dev.gpudiag.nvml.Symbol.nvmlGetExcludedDeviceInfoByIndex;
import static dev.gpudiag.nvml.Symbol.nvmlInit_v2;
import static dev.gpudiag.nvml.Symbol.nvmlSystemGetConfComputeState;
import static dev.gpudiag.nvml.Symbol.nvmlSystemGetCudaDriverVersion_v2;
import static dev.gpudiag.nvml.Symbol.nvmlSystemGetDriverBranch;
import static dev.gpudiag.nvml.Symbol.nvmlSystemGetDriverVersion;
import static dev.gpudiag.nvml.Symbol.nvmlSystemGetNVMLVersion;
import static dev.gpudiag.nvml.Symbol.nvmlSystemGetProcessName;
import static dev.gpudiag.nvml.Symbol.nvmlSystemGetTopologyGpuSet;

import dev.gpudiag.nvml.Layouts.nvmlConfComputeSystemState_t;
import dev.gpudiag.nvml.Layouts.nvmlExcludedDeviceInfo_t;
import dev.gpudiag.nvml.Layouts.nvmlSystemDriverBranchInfo_v1_t;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An opened NVML library and what it says of the whole node.
 *
 * <p>Opening loads the library and looks its symbols up; it asks the driver nothing until {@link #init}. One may be open
 * at a time in a process. Calls from several threads are safe, each has its own memory. A call may hang in the driver
 * for good. Closing while a call is under way is the caller's to avoid; after it, every call is an {@link
 * IllegalStateException}.
 */
public final class Nvml implements AutoCloseable {
    private static final int TEXT_BYTES = 96;
    private static final int PROCESS_NAME_BYTES = 4096;

    private final Binding binding;
    private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);
    private volatile boolean open = true;
    private volatile boolean initialised;

    private Nvml(Binding binding) {
        this.binding = binding;
    }

    /**
     * Loads the library of this path; a link is followed, so that an upgraded driver's file is loaded anew.
     *
     * @throws NvmlException LIBRARY_NOT_FOUND where it cannot be loaded, FUNCTION_NOT_FOUND where it is no NVML
     * @throws IllegalStateException while another Nvml is open
     */
    public static Nvml open(Path library) throws NvmlException {
        Path file;
        try {
            file = library.toRealPath();
        } catch (IOException e) {
            throw NvmlException.notLoadable(library.toString(), "no such file, or no right to reach it");
        }
        return new Nvml(LoadedLibraries.ofProcess().acquire(file.toString()));
    }

    /** Loads a library by its soname, as the dynamic linker finds it. */
    public static Nvml open(String soname) throws NvmlException {
        return new Nvml(LoadedLibraries.ofProcess().acquire(soname));
    }

    /** Attaches to the driver. As root the real library creates /dev/nvidiactl even where no driver is loaded. */
    public void init() throws NvmlException {
        require(nvmlInit_v2);
        check(nvmlInit_v2, Natives.nvmlInit_v2());
        initialised = true;
    }

    /** Lets go of the driver and of this library; the library stays loaded. */
    @Override
    public synchronized void close() {
        if (!open) {
            return;
        }
        if (initialised) {
            int ignored = Natives.nvmlShutdown();
        }
        open = false;
        LoadedLibraries.ofProcess().release();
    }

    /** The library as it was loaded: a path, or a soname. */
    public String path() {
        return binding.library();
    }

    /** Newest name of each bound function, to the name it is bound to. */
    public Map<String, String> boundSymbols() {
        return binding.boundSymbols();
    }

    /** Newest names of the functions that this library has under no name. */
    public List<String> missingSymbols() {
        return binding.missingSymbols();
    }

    /** The kernel driver's version, such as 535.309.01. */
    public String systemDriverVersion() throws NvmlException {
        return text(nvmlSystemGetDriverVersion, Natives::nvmlSystemGetDriverVersion);
    }

    /** This library's version, such as 12.535.309.01; R535 answers before {@link #init}, R470 does not. */
    public String systemNvmlVersion() throws NvmlException {
        return text(nvmlSystemGetNVMLVersion, Natives::nvmlSystemGetNVMLVersion);
    }

    /** The newest CUDA version the driver speaks, as 1000 * major + 10 * minor. */
    public int cudaDriverVersion() throws NvmlException {
        return node().uint(
                        nvmlSystemGetCudaDriverVersion_v2,
                        (none, out) -> Natives.nvmlSystemGetCudaDriverVersion_v2(out));
    }

    /** The driver branch, such as r550_00; from R560. */
    public String driverBranch() throws NvmlException {
        Scratch out = require(nvmlSystemGetDriverBranch).clear(nvmlSystemDriverBranchInfo_v1_t.sizeof);
        out.putInt(0, nvmlSystemDriverBranchInfo_v1_t.VERSION);
        int length = nvmlSystemDriverBranchInfo_v1_t.sizeof - nvmlSystemDriverBranchInfo_v1_t.branch;
        check(nvmlSystemGetDriverBranch, Natives.nvmlSystemGetDriverBranch(out.address(), length));
        return out.text(nvmlSystemDriverBranchInfo_v1_t.branch, length);
    }

    /** The command line's first word; /proc says the same and more. */
    public String processName(int pid) throws NvmlException {
        Scratch out = require(nvmlSystemGetProcessName).clear(PROCESS_NAME_BYTES);
        check(nvmlSystemGetProcessName, Natives.nvmlSystemGetProcessName(pid, out.address(), PROCESS_NAME_BYTES));
        return out.text(0, PROCESS_NAME_BYTES);
    }

    public ConfComputeState confComputeState() throws NvmlException {
        Scratch out = require(nvmlSystemGetConfComputeState).clear(nvmlConfComputeSystemState_t.sizeof);
        check(nvmlSystemGetConfComputeState, Natives.nvmlSystemGetConfComputeState(out.address()));
        return new ConfComputeState(
                out.int32(nvmlConfComputeSystemState_t.environment),
                out.bool(nvmlConfComputeSystemState_t.ccFeature),
                out.bool(nvmlConfComputeSystemState_t.devToolsMode));
    }

    /** How many GPUs the driver has, those it cannot open included. */
    public int deviceCount() throws NvmlException {
        return node().uint(nvmlDeviceGetCount_v2, (none, out) -> Natives.nvmlDeviceGetCount_v2(out));
    }

    /** The GPU of this slot. NO_PERMISSION, GPU_IS_LOST and RESET_REQUIRED concern that slot only. */
    public NvmlDevice device(int index) throws NvmlException {
        Scratch out = require(nvmlDeviceGetHandleByIndex_v2).clear(8);
        check(nvmlDeviceGetHandleByIndex_v2, Natives.nvmlDeviceGetHandleByIndex_v2(index, out.address()));
        return new NvmlDevice(this, index, out.int64(0));
    }

    /** The GPU, or the MIG device, of this UUID. */
    public NvmlDevice deviceByUuid(String uuid) throws NvmlException {
        return byName(nvmlDeviceGetHandleByUUID, uuid, Natives::nvmlDeviceGetHandleByUUID);
    }

    /** The GPU at this address, in sysfs form or in NVML's. */
    public NvmlDevice deviceByPciBusId(String busId) throws NvmlException {
        String eightDigits = PciInfo.nvmlForm(busId);
        return byName(nvmlDeviceGetHandleByPciBusId_v2, eightDigits, Natives::nvmlDeviceGetHandleByPciBusId_v2);
    }

    /** The GPUs near this CPU. */
    public List<NvmlDevice> topologyGpuSet(int cpu) throws NvmlException {
        List<Long> handles = GrowingList.read(
                this,
                nvmlSystemGetTopologyGpuSet,
                Long.BYTES,
                (m, n) -> Natives.nvmlSystemGetTopologyGpuSet(cpu, m.address(), m.address(GrowingList.ENTRIES)),
                Scratch::int64);
        return devices(handles);
    }

    /** GPUs that the administrator excluded from use by a module parameter. */
    public List<ExcludedDevice> excludedDevices() throws NvmlException {
        int count = node().uint(nvmlGetExcludedDeviceCount, (none, out) -> Natives.nvmlGetExcludedDeviceCount(out));
        List<ExcludedDevice> devices = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Scratch out = require(nvmlGetExcludedDeviceInfoByIndex).clear(nvmlExcludedDeviceInfo_t.sizeof);
            check(nvmlGetExcludedDeviceInfoByIndex, Natives.nvmlGetExcludedDeviceInfoByIndex(i, out.address()));
            devices.add(new ExcludedDevice(
                    PciInfo.read(out, nvmlExcludedDeviceInfo_t.pciInfo), out.text(nvmlExcludedDeviceInfo_t.uuid, 80)));
        }
        return devices;
    }

    /** A set that waits for events of devices. */
    public NvmlEventSet eventSet() throws NvmlException {
        return NvmlEventSet.create(this);
    }

    /** A set that waits for events of the node; from R575. */
    public NvmlSystemEventSet systemEventSet() throws NvmlException {
        return NvmlSystemEventSet.create(this);
    }

    /** Memory for one reading of the performance monitor; from R520. */
    public GpmSample gpmSample() throws NvmlException {
        return GpmSample.allocate(this);
    }

    List<NvmlDevice> devices(List<Long> handles) throws NvmlException {
        List<NvmlDevice> devices = new ArrayList<>();
        for (long handle : handles) {
            devices.add(new NvmlDevice(this, new NvmlDevice(this, -1, handle).nvmlIndex(), handle));
        }
        return devices;
    }

    /** Guards a call: this thread's memory where the library is open and has the function. */
    Scratch require(Symbol symbol) throws NvmlException {
        if (!open) {
            throw new IllegalStateException("this Nvml is closed: " + path());
        }
        if (binding.nameOf(symbol) == null) {
            throw NvmlException.missing(symbol.name());
        }
        return scratch.get();
    }

    void check(Symbol symbol, int code) throws NvmlException {
        if (code != 0) {
            throw failure(symbol, NvmlReturn.of(code));
        }
    }

    NvmlException failure(Symbol symbol, NvmlReturn code) {
        return NvmlException.failed(binding.nameOf(symbol), code);
    }

    boolean has(Symbol symbol) {
        return binding.nameOf(symbol) != null;
    }

    Binding binding() {
        return binding;
    }

    private DeviceCalls node() {
        return new DeviceCalls(this, 0);
    }

    private interface TextCall {
        int call(long text, int length);
    }

    private String text(Symbol symbol, TextCall function) throws NvmlException {
        Scratch out = require(symbol).clear(TEXT_BYTES);
        check(symbol, function.call(out.address(), TEXT_BYTES));
        return out.text(0, TEXT_BYTES);
    }

    private interface NameCall {
        int call(long name, long device);
    }

    private NvmlDevice byName(Symbol symbol, String name, NameCall function) throws NvmlException {
        Scratch out = require(symbol).clear(8 + TEXT_BYTES);
        if (!out.putText(8, name, TEXT_BYTES)) {
            throw failure(symbol, NvmlReturn.INVALID_ARGUMENT);
        }
        check(symbol, function.call(out.address(8), out.address()));
        return devices(List.of(out.int64(0))).getFirst();
    }
}
