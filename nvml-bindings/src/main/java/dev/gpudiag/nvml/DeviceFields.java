package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Symbol.nvmlDeviceGetFieldValues;

import java.util.List;

/** Values that have a number instead of a function; see {@link FieldId}. */
public sealed interface DeviceFields permits NvmlDevice {
    /** How this device calls the library; of use within this package only. */
    DeviceCalls calls();

    /** Asks for one batch; each entry has its own return code, the call as a whole another. */
    default void fieldValues(FieldValues batch) throws NvmlException {
        batch.forget();
        Scratch memory = calls().begin(nvmlDeviceGetFieldValues, batch.bytes());
        batch.write(memory);
        calls().check(
                        nvmlDeviceGetFieldValues,
                        Natives.nvmlDeviceGetFieldValues(calls().handle(), batch.size(), memory.address()));
        batch.read(memory);
    }

    default List<FieldValue> fieldValues(int... ids) throws NvmlException {
        FieldValues batch = FieldValues.of(ids);
        fieldValues(batch);
        return batch.toList();
    }

    /** What the driver says must be done to the GPU, see {@link NvmlNames#recoveryAction}; from R570. */
    default int recoveryAction() throws NvmlException {
        FieldValues batch = FieldValues.of(FieldId.GET_GPU_RECOVERY_ACTION);
        fieldValues(batch);
        calls().check(nvmlDeviceGetFieldValues, batch.result(0).code());
        return (int) batch.value(0).asLong();
    }
}
