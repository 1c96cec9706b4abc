package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetApplicationsClock;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetClockInfo;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetCurrentClocksEventReasons;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetEnforcedPowerLimit;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetMaxClockInfo;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetPerformanceState;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetPowerManagementDefaultLimit;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetPowerManagementLimit;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetPowerManagementLimitConstraints;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetPowerUsage;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetSupportedClocksEventReasons;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetTotalEnergyConsumption;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetViolationStatus;

import dev.gpudiag.nvml.Layouts.nvmlViolationTime_t;
import java.util.OptionalInt;

/** Power in milliwatts, energy in millijoules, clocks in megahertz. */
public sealed interface DevicePower permits NvmlDevice {
    /** How this device calls the library; of use within this package only. */
    DeviceCalls calls();

    /** Milliwatts; averaged over a second on Ampere and newer, except GA100. See also fields 185 and 186. */
    default int powerUsage() throws NvmlException {
        return calls().uint(nvmlDeviceGetPowerUsage, Natives::nvmlDeviceGetPowerUsage);
    }

    /** Millijoules since the driver was loaded; Volta and newer. */
    default long totalEnergyConsumption() throws NvmlException {
        return calls().ulong(nvmlDeviceGetTotalEnergyConsumption, Natives::nvmlDeviceGetTotalEnergyConsumption);
    }

    /** The least of all limits in force, in milliwatts. */
    default int enforcedPowerLimit() throws NvmlException {
        return calls().uint(nvmlDeviceGetEnforcedPowerLimit, Natives::nvmlDeviceGetEnforcedPowerLimit);
    }

    /** Milliwatts. */
    default int powerManagementLimit() throws NvmlException {
        return calls().uint(nvmlDeviceGetPowerManagementLimit, Natives::nvmlDeviceGetPowerManagementLimit);
    }

    /** Milliwatts. */
    default int powerManagementDefaultLimit() throws NvmlException {
        return calls().uint(
                        nvmlDeviceGetPowerManagementDefaultLimit, Natives::nvmlDeviceGetPowerManagementDefaultLimit);
    }

    default PowerLimitConstraints powerManagementLimitConstraints() throws NvmlException {
        Scratch out = calls().pair(
                        nvmlDeviceGetPowerManagementLimitConstraints,
                        Natives::nvmlDeviceGetPowerManagementLimitConstraints);
        return new PowerLimitConstraints(out.int32(0), out.int32(DeviceCalls.SECOND));
    }

    default int clockInfo(ClockType type) throws NvmlException {
        return calls().uint(nvmlDeviceGetClockInfo, type.code(), Natives::nvmlDeviceGetClockInfo);
    }

    default int maxClockInfo(ClockType type) throws NvmlException {
        return calls().uint(nvmlDeviceGetMaxClockInfo, type.code(), Natives::nvmlDeviceGetMaxClockInfo);
    }

    /** Deprecated by NVIDIA in newer drivers. */
    default int applicationsClock(ClockType type) throws NvmlException {
        return calls().uint(nvmlDeviceGetApplicationsClock, type.code(), Natives::nvmlDeviceGetApplicationsClock);
    }

    /** Bits of {@link ClocksEventReason}, called throttle reasons before R535. */
    default long currentClocksEventReasons() throws NvmlException {
        return calls().ulong(nvmlDeviceGetCurrentClocksEventReasons, Natives::nvmlDeviceGetCurrentClocksEventReasons);
    }

    /** Bits that this device can report. */
    default long supportedClocksEventReasons() throws NvmlException {
        return calls().ulong(
                        nvmlDeviceGetSupportedClocksEventReasons, Natives::nvmlDeviceGetSupportedClocksEventReasons);
    }

    default ViolationTime violationStatus(PerfPolicy policy) throws NvmlException {
        Scratch out = calls().begin(nvmlDeviceGetViolationStatus, nvmlViolationTime_t.sizeof);
        calls().check(
                        nvmlDeviceGetViolationStatus,
                        Natives.nvmlDeviceGetViolationStatus(calls().handle(), policy.code(), out.address()));
        return new ViolationTime(
                out.int64(nvmlViolationTime_t.referenceTime), out.int64(nvmlViolationTime_t.violationTime));
    }

    /** 0 is fastest, 15 slowest; empty where the driver does not know. */
    default OptionalInt performanceState() throws NvmlException {
        int unknown = 32;
        int state = calls().code(nvmlDeviceGetPerformanceState, Natives::nvmlDeviceGetPerformanceState);
        return state == unknown ? OptionalInt.empty() : OptionalInt.of(state);
    }
}
