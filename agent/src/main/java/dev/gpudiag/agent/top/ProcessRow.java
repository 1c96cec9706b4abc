package dev.gpudiag.agent.top;

import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A process on one GPU, with what the host tells of it.
 *
 * @param gpu the GPU that lists it
 * @param holder empty where the host's processes cannot be seen
 * @param fresh whether the GPU told of it with the sample that is shown; otherwise its figures are those of an earlier one
 */
public record ProcessRow(GpuSample gpu, ComputeProcess process, Optional<GpuHolder> holder, boolean fresh) {

    /** All processes that GPUs told of, by GPU. */
    static List<ProcessRow> of(List<GpuRow> gpus, HostSample host) {
        List<ProcessRow> rows = new ArrayList<>();
        for (GpuRow gpu : gpus) {
            if (gpu.mig().isEmpty()) {
                gpu.gpu().processes().value().orElse(List.of()).stream()
                        .map(process -> new ProcessRow(
                                gpu.gpu(),
                                process,
                                host.holder(process.pid()),
                                gpu.note().isEmpty()))
                        .forEach(rows::add);
            }
        }
        return rows;
    }

    Optional<Long> usedMemoryBytes() {
        return fresh ? process.usedMemoryBytes().value() : Optional.empty();
    }

    Optional<Double> smUtilizationRatio() {
        return fresh ? process.smUtilizationRatio().value() : Optional.empty();
    }

    /** {@code 3}, with GPU and compute instance under MIG: {@code 3/2/0}. */
    String place() {
        return gpu.identity().index()
                + Stream.of(process.gpuInstance(), process.computeInstance())
                        .filter(OptionalInt::isPresent)
                        .map(instance -> "/" + instance.getAsInt())
                        .collect(Collectors.joining());
    }

    String user() {
        return holder.flatMap(found -> found.user().value()).orElse("-");
    }

    /** The kernel's letter. */
    Optional<String> state() {
        return holder.flatMap(found -> found.state().value());
    }

    String type() {
        return switch (process.type()) {
            case COMPUTE -> "C";
            case GRAPHICS -> "G";
            case COMPUTE_AND_GRAPHICS -> "C+G";
            case MPS -> "MPS";
        };
    }

    String command() {
        return holder.flatMap(found -> found.commandLine().value())
                .filter(line -> !line.isBlank())
                .or(() -> holder.flatMap(found -> found.command().value()))
                .or(process::name)
                .orElse("-");
    }

    /** Pod, container, job, unit or user. */
    String workload() {
        return holder.flatMap(GpuHolder::knownWorkload).map(Workload::describe).orElse("-");
    }

    /** Whether what is shown of it holds a text, whatever the case of its letters. */
    boolean mentions(String text) {
        return Stream.of(place(), String.valueOf(process.pid()), user(), workload(), command())
                .anyMatch(shown -> shown.toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT)));
    }
}
