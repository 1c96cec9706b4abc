package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetFanSpeed;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetFanSpeedRPM;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetFanSpeed_v2;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetMarginTemperature;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetNumFans;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetTemperature;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetTemperatureThreshold;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetTemperatureV;
import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetThermalSettings;

import dev.gpudiag.nvml.Layouts.nvmlFanSpeedInfo_v1_t;
import dev.gpudiag.nvml.Layouts.nvmlGpuThermalSettings_t;
import dev.gpudiag.nvml.Layouts.nvmlMarginTemperature_v1_t;
import dev.gpudiag.nvml.Layouts.nvmlTemperature_v1_t;
import java.util.ArrayList;
import java.util.List;

/** Temperatures in degrees Celsius, and fans. */
public sealed interface DeviceThermals permits NvmlDevice {
    /** How this device calls the library; of use within this package only. */
    DeviceCalls calls();

    /** The GPU's sensor; below zero is legal. The newer form where the library has it, R570. */
    default int temperature() throws NvmlException {
        if (calls().nvml().has(nvmlDeviceGetTemperatureV)) {
            Scratch out =
                    calls().begin(nvmlDeviceGetTemperatureV, nvmlTemperature_v1_t.sizeof, nvmlTemperature_v1_t.VERSION);
            int code = Natives.nvmlDeviceGetTemperatureV(calls().handle(), out.address());
            if (!DeviceCalls.olderFormMayAnswer(code)) {
                calls().check(nvmlDeviceGetTemperatureV, code);
                return out.int32(nvmlTemperature_v1_t.temperature);
            }
        }
        return calls().sint(nvmlDeviceGetTemperature, 0, Natives::nvmlDeviceGetTemperature);
    }

    /** Ada, Hopper and newer may answer NOT_SUPPORTED and have distances instead, fields 193 to 196. */
    default int temperatureThreshold(TemperatureThreshold threshold) throws NvmlException {
        return calls().sint(
                        nvmlDeviceGetTemperatureThreshold,
                        threshold.code(),
                        Natives::nvmlDeviceGetTemperatureThreshold);
    }

    /** How far the GPU is from its slowdown, often negative; from R570. */
    default int marginTemperature() throws NvmlException {
        return calls().struct(
                        nvmlDeviceGetMarginTemperature,
                        nvmlMarginTemperature_v1_t.sizeof,
                        nvmlMarginTemperature_v1_t.VERSION,
                        Natives::nvmlDeviceGetMarginTemperature)
                .int32(nvmlMarginTemperature_v1_t.marginTemperature);
    }

    /** All sensors that the driver lists; from R515. */
    default List<ThermalSensor> thermalSettings() throws NvmlException {
        int allSensors = 15;
        Scratch out = calls().begin(nvmlDeviceGetThermalSettings, nvmlGpuThermalSettings_t.sizeof);
        calls().check(
                        nvmlDeviceGetThermalSettings,
                        Natives.nvmlDeviceGetThermalSettings(calls().handle(), allSensors, out.address()));
        int stride = nvmlGpuThermalSettings_t.sensor0_target + Integer.BYTES - nvmlGpuThermalSettings_t.sensor;
        int room = (nvmlGpuThermalSettings_t.sizeof - nvmlGpuThermalSettings_t.sensor) / stride;
        List<ThermalSensor> sensors = new ArrayList<>();
        for (int i = 0; i < Math.min(out.uint32(nvmlGpuThermalSettings_t.count), room); i++) {
            int at = i * stride;
            sensors.add(new ThermalSensor(
                    out.int32(at + nvmlGpuThermalSettings_t.sensor0_controller),
                    out.int32(at + nvmlGpuThermalSettings_t.sensor0_target),
                    out.int32(at + nvmlGpuThermalSettings_t.sensor0_currentTemp),
                    out.int32(at + nvmlGpuThermalSettings_t.sensor0_defaultMinTemp),
                    out.int32(at + nvmlGpuThermalSettings_t.sensor0_defaultMaxTemp)));
        }
        return sensors;
    }

    /** Percent of full speed that the first fan should run at; may exceed 100. NOT_SUPPORTED without fans. */
    default int fanSpeed() throws NvmlException {
        return calls().uint(nvmlDeviceGetFanSpeed, Natives::nvmlDeviceGetFanSpeed);
    }

    /** As {@link #fanSpeed()} of one fan. */
    default int fanSpeed(int fan) throws NvmlException {
        return calls().uint(nvmlDeviceGetFanSpeed_v2, fan, Natives::nvmlDeviceGetFanSpeed_v2);
    }

    /** From R510. */
    default int fanCount() throws NvmlException {
        return calls().uint(nvmlDeviceGetNumFans, Natives::nvmlDeviceGetNumFans);
    }

    /** Measured revolutions per minute of one fan; from R570. */
    default int fanSpeedRpm(int fan) throws NvmlException {
        Scratch out =
                calls().begin(nvmlDeviceGetFanSpeedRPM, nvmlFanSpeedInfo_v1_t.sizeof, nvmlFanSpeedInfo_v1_t.VERSION);
        out.putInt(nvmlFanSpeedInfo_v1_t.fan, fan);
        calls().check(nvmlDeviceGetFanSpeedRPM, Natives.nvmlDeviceGetFanSpeedRPM(calls().handle(), out.address()));
        return out.int32(nvmlFanSpeedInfo_v1_t.speed);
    }
}
