package dev.gpudiag.agent.benchmark;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import dev.gpudiag.nvml.Nvml;
import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.nvml.SimulatedDriver;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One NVML call by JNA's two ways: a directly mapped method, and a {@link Function} object. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class NativeCallBenchmark {

    /** A mapping of its own: gpudiag's is not public. */
    private static final class Direct {
        static native int nvmlDeviceGetPowerUsage(long device, long milliwatts);
    }

    private Nvml nvml;
    private Memory milliwatts;
    private Pointer device;
    private Function function;

    /** Opens the first GPU, and refuses to time a call that fails. */
    @Setup
    public void open() throws NvmlException, IOException {
        nvml = Nvml.open(SimulatedNode.LIBRARY);
        SimulatedDriver.configure(nvml, SimulatedNode.scenario().file(), 1);
        nvml.init();
        // the same file, so the same loaded library that Nvml has initialised
        NativeLibrary library = NativeLibrary.getInstance(nvml.path());
        Native.register(Direct.class, library);
        function = library.getFunction("nvmlDeviceGetPowerUsage");
        milliwatts = new Memory(Long.BYTES);
        int code = library.getFunction("nvmlDeviceGetHandleByIndex_v2").invokeInt(new Object[] {0, milliwatts});
        device = milliwatts.getPointer(0);
        if (code != 0 || directMapping() != 0 || functionObject() != 0) {
            throw new IllegalStateException("nvmlDeviceGetPowerUsage does not answer");
        }
    }

    @Benchmark
    public int directMapping() {
        return Direct.nvmlDeviceGetPowerUsage(Pointer.nativeValue(device), Pointer.nativeValue(milliwatts));
    }

    @Benchmark
    public int functionObject() {
        return function.invokeInt(new Object[] {device, milliwatts});
    }

    @TearDown
    public void close() {
        milliwatts.close();
        nvml.close();
    }
}
