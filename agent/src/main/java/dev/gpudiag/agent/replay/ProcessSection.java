package dev.gpudiag.agent.replay;

import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** The processes of a GPU; {@code compute_processes} before R300. */
final class ProcessSection {

    private static final List<String> SECTIONS = List.of("processes", "compute_processes");
    private static final List<String> FIELDS =
            List.of("gpu_instance_id", "compute_instance_id", "pid", "type", "process_name", "used_memory");

    private ProcessSection() {}

    static List<String> paths() {
        return SECTIONS.stream()
                .flatMap(section -> FIELDS.stream().map(field -> section + "/process_info/" + field))
                .toList();
    }

    /** The list, empty where the capture says that nothing runs, or why there is none. */
    static Reading<List<ComputeProcess>> read(Element gpu, Consumer<String> warnings) {
        for (String section : SECTIONS) {
            Optional<Element> element = gpu.find(section);
            if (element.isPresent()) {
                return list(element.get(), warnings);
            }
        }
        return Reading.notRead("no processes in this capture");
    }

    private static Reading<List<ComputeProcess>> list(Element section, Consumer<String> warnings) {
        List<Element> infos = section.children("process_info");
        String text = section.text();
        if (infos.isEmpty() && !text.isEmpty() && !text.equalsIgnoreCase("none")) {
            return OddValue.of(text)
                    .map(odd -> odd.<List<ComputeProcess>>reading(section.name()))
                    .orElseGet(() -> Reading.missing(Reason.FAILED, section.name(), "not understood: " + text));
        }
        List<ComputeProcess> processes = new ArrayList<>();
        for (Element info : infos) {
            Optional<Long> pid =
                    info.find("pid").flatMap(element -> Conversion.count().convert(element.text()));
            if (pid.isPresent()) {
                processes.add(process(pid.get(), info, warnings));
            } else {
                warnings.accept("a process without a readable pid was left out: "
                        + info.find("pid").map(Element::text).orElse("no pid"));
            }
        }
        return Reading.of(List.copyOf(processes), section.name());
    }

    private static ComputeProcess process(long pid, Element info, Consumer<String> warnings) {
        return new ComputeProcess(
                pid,
                type(info, warnings),
                info.find("process_name")
                        .map(Element::text)
                        .filter(name -> OddValue.of(name).isEmpty()),
                instance(info, "gpu_instance_id"),
                instance(info, "compute_instance_id"),
                info.find("used_memory")
                        .map(element -> Conversion.bytes().read(element.text(), "process_info/used_memory"))
                        .orElseGet(() -> Reading.notRead("no used_memory in this capture")),
                Reading.notRead("a nvidia-smi capture does not hold it"));
    }

    private static ComputeProcess.Type type(Element info, Consumer<String> warnings) {
        String text = info.find("type").map(Element::text).orElse("C");
        return switch (text.toUpperCase(Locale.ROOT)) {
            case "C" -> ComputeProcess.Type.COMPUTE;
            case "G" -> ComputeProcess.Type.GRAPHICS;
            case "C+G", "G+C" -> ComputeProcess.Type.COMPUTE_AND_GRAPHICS;
            case "M", "M+C", "C+M" -> ComputeProcess.Type.MPS;
            default -> {
                warnings.accept("a process of the unknown type '" + text + "' is taken for a compute process");
                yield ComputeProcess.Type.COMPUTE;
            }
        };
    }

    private static OptionalInt instance(Element info, String name) {
        return info.find(name)
                .flatMap(element -> Conversion.count().convert(element.text()))
                .filter(id -> id >= 0 && id <= Integer.MAX_VALUE)
                .map(id -> OptionalInt.of(Math.toIntExact(id)))
                .orElseGet(OptionalInt::empty);
    }
}
