package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.GlobalMemory;

/**
 * Processor and main memory of this machine, by OSHI.
 *
 * <p>Costs a tenth of a second or more: for {@code snapshot} and {@code serve}, never for {@code check}, and never for a
 * host root that is not this machine.
 */
public final class HostFacts {

    private static final String SOURCE = "OSHI";

    private final SystemInfo system = new SystemInfo();

    public Readings read() {
        CentralProcessor processor = system.getHardware().getProcessor();
        GlobalMemory memory = system.getHardware().getMemory();
        String model = processor.getProcessorIdentifier().getName().strip();
        return Readings.builder()
                .put(
                        HostQuantities.PROCESSOR,
                        model.isEmpty()
                                ? Reading.missing(Reason.NOT_SUPPORTED, SOURCE, "the processor has no name")
                                : Reading.of(model, SOURCE))
                .put(HostQuantities.PROCESSOR_COUNT, (long) processor.getLogicalProcessorCount(), SOURCE)
                .put(HostQuantities.HOST_MEMORY_TOTAL, memory.getTotal(), SOURCE)
                .put(HostQuantities.HOST_MEMORY_AVAILABLE, memory.getAvailable(), SOURCE)
                .build();
    }
}
