package dev.gpudiag.agent.sampling;

import dev.gpudiag.nvml.Nvml;
import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.nvml.NvmlReturn;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.util.Optional;

/**
 * What came of opening and initialising NVML.
 *
 * @param nvml the library, when nvmlInit succeeded
 * @param state true, or why there is no NVML
 * @param readings what the library says of itself and the driver
 * @param gpuCount GPUs that it counts, 0 when it does not answer
 */
record NvmlConnection(Optional<Nvml> nvml, Reading<Boolean> state, Readings readings, int gpuCount) {

    private interface Text<T> {
        T read() throws NvmlException;
    }

    static NvmlConnection open(NvmlOpener opener) {
        Nvml nvml;
        try {
            nvml = opener.open();
        } catch (NvmlException e) {
            return failed(NvmlReasons.missing(e), Readings.empty());
        } catch (DriverLeftAlone e) {
            return failed(Reading.missing(Reading.Reason.TIMED_OUT, "nvmlInit_v2", e.getMessage()), Readings.empty());
        } catch (IllegalStateException e) {
            // the library can be open once only, and an earlier call into it has not come back
            return failed(
                    Reading.missing(
                            Reading.Reason.TIMED_OUT,
                            "nvmlInit_v2",
                            "an earlier call into the driver has not returned"),
                    Readings.empty());
        } catch (LibraryNotFound e) {
            int code = NvmlReturn.LIBRARY_NOT_FOUND.code();
            return failed(
                    Reading.missing(Reading.Reason.FAILED, "dlopen libnvidia-ml.so.1", e.getMessage(), code),
                    Readings.empty());
        }
        try {
            nvml.init();
        } catch (NvmlException e) {
            // R535's library says its version without a driver
            Readings.Builder readings = Readings.builder();
            put(readings, HostQuantities.NVML_VERSION, "nvmlSystemGetNVMLVersion", nvml::systemNvmlVersion);
            nvml.close();
            return failed(NvmlReasons.missing(e), readings.build());
        }
        Readings.Builder readings = Readings.builder();
        put(readings, HostQuantities.DRIVER_VERSION, "nvmlSystemGetDriverVersion", nvml::systemDriverVersion);
        put(readings, HostQuantities.NVML_VERSION, "nvmlSystemGetNVMLVersion", nvml::systemNvmlVersion);
        put(readings, HostQuantities.CUDA_DRIVER_VERSION, "nvmlSystemGetCudaDriverVersion_v2", () -> cuda(nvml));
        put(readings, HostQuantities.GPU_COUNT, "nvmlDeviceGetCount_v2", () -> (long) nvml.deviceCount());
        put(
                readings,
                HostQuantities.CONFIDENTIAL_COMPUTE,
                "nvmlSystemGetConfComputeState",
                () -> nvml.confComputeState().enabled());
        Readings read = readings.build();
        int count = read.value(HostQuantities.GPU_COUNT).orElse(0L).intValue();
        return new NvmlConnection(Optional.of(nvml), Reading.of(true, "nvmlInit_v2"), read, count);
    }

    private static NvmlConnection failed(Reading<Boolean> state, Readings readings) {
        return new NvmlConnection(Optional.empty(), state, readings, 0);
    }

    private static String cuda(Nvml nvml) throws NvmlException {
        int version = nvml.cudaDriverVersion();
        return version / 1000 + "." + version % 1000 / 10;
    }

    private static <T> void put(Readings.Builder into, Quantity<T> quantity, String function, Text<T> text) {
        try {
            into.put(quantity, text.read(), function);
        } catch (NvmlException e) {
            into.put(quantity, NvmlReasons.missing(e));
        }
    }
}
