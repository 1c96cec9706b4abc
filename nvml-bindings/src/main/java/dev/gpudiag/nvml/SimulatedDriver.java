package dev.gpudiag.nvml;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The controls that the simulated libnvidia-ml has beside NVML's own functions. */
public final class SimulatedDriver {
    private static final String OPEN = "gpudiagSimulatorOpen";
    private static final String ERROR = "gpudiagSimulatorError";
    private static final String SET_TIME = "gpudiagSimulatorSetTime";

    private SimulatedDriver() {}

    public static boolean isSimulated(Nvml nvml) {
        return nvml.binding().exports(OPEN);
    }

    /**
     * Reads a scenario; before {@link Nvml#init}.
     *
     * @param timeScale how many seconds of the scenario pass in one second
     * @throws IOException with the simulator's own words, file and line
     */
    public static void configure(Nvml nvml, Path scenario, double timeScale) throws IOException {
        byte[] path = scenario.toString().getBytes(StandardCharsets.UTF_8);
        try (Memory argument = new Memory(path.length + 1L)) {
            argument.write(0, path, 0, path.length);
            argument.setByte(path.length, (byte) 0);
            int code = function(nvml, OPEN).invokeInt(new Object[] {argument, timeScale});
            if (code != 0) {
                Pointer reason = function(nvml, ERROR).invokePointer(new Object[0]);
                throw new IOException(reason == null ? scenario + ": error " + code : reason.getString(0, "UTF-8"));
            }
        }
    }

    /** Holds the scenario's clock at this time; a negative one lets it run again. */
    public static void setTime(Nvml nvml, double seconds) throws IOException {
        function(nvml, SET_TIME).invokeVoid(new Object[] {seconds});
    }

    /** Initialisations, event sets and samples of the performance monitor that nobody has let go of. */
    public static int openHandles(Nvml nvml) throws IOException {
        return function(nvml, "gpudiagSimulatorOpenHandles").invokeInt(new Object[0]);
    }

    private static Function function(Nvml nvml, String name) throws IOException {
        if (!nvml.binding().exports(name)) {
            throw new IOException(nvml.path() + " is not the simulated driver: it has no " + name);
        }
        return nvml.binding().handle().getFunction(name);
    }
}
