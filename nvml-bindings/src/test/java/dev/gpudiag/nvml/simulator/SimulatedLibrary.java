package dev.gpudiag.nvml.simulator;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.file.Path;

/** The built simulated driver, called symbol by symbol and without the bindings. */
record SimulatedLibrary(NativeLibrary library) {

    static final Path BUILD = Path.of(System.getProperty("gpudiag.simulator", "target/simulator"));

    /** The library with every symbol ("."), or that of a driver generation ("535", "470"). */
    static SimulatedLibrary load(String symbols) {
        Path file = BUILD.resolve(symbols).resolve("libnvidia-ml.so.1").normalize();
        return new SimulatedLibrary(
                NativeLibrary.getInstance(file.toAbsolutePath().toString()));
    }

    boolean exports(String symbol) {
        try {
            return library.getFunction(symbol) != null;
        } catch (UnsatisfiedLinkError missing) {
            return false;
        }
    }

    int open(Path scenario) {
        return call("gpudiagSimulatorOpen", scenario.toString(), 1.0);
    }

    String error() {
        return library.getFunction("gpudiagSimulatorError").invokeString(new Object[0], false);
    }

    int generation() {
        return call("gpudiagSimulatorGeneration");
    }

    void setTime(double seconds) {
        library.getFunction("gpudiagSimulatorSetTime").invokeVoid(new Object[] {seconds});
    }

    Pointer device(int index) {
        PointerByReference device = new PointerByReference();
        int code = call("nvmlDeviceGetHandleByIndex_v2", index, device);
        if (code != 0) {
            throw new IllegalStateException("no handle of GPU " + index + ": " + code);
        }
        return device.getValue();
    }

    /** The temperature of a GPU, or the negated return code. */
    int temperature(Pointer device) {
        IntByReference celsius = new IntByReference();
        int code = call("nvmlDeviceGetTemperature", device, 0, celsius);
        return code == 0 ? celsius.getValue() : -code;
    }

    String name(Pointer device) {
        try (Memory text = new Memory(96)) {
            int code = call("nvmlDeviceGetName", device, text, 96);
            return code == 0 ? text.getString(0) : "return code " + code;
        }
    }

    int call(String function, Object... arguments) {
        return library.getFunction(function).invokeInt(arguments);
    }
}
