package dev.gpudiag.agent.simulation;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A container to which the simulated kubelet has given GPUs: {@code [container NAMESPACE/POD/CONTAINER]}.
 *
 * @param pod {@code NAMESPACE/POD/CONTAINER}, as a {@code [workload]} names it
 * @param gpus indices of whole GPUs, or of those of which it has a share
 * @param share number of its share of a time-sliced GPU; empty where it has the GPU for itself
 * @param ended whether the pod has ended, and the kubelet has not yet taken the GPU back
 */
public record SimulatedContainer(String pod, List<Integer> gpus, Optional<Integer> share, boolean ended) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*){2}");
    private static final Pattern GPUS = Pattern.compile("\\d{1,2}(\\s*,\\s*\\d{1,2})*");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,2}");

    public SimulatedContainer {
        gpus = List.copyOf(gpus);
    }

    /** @throws ScenarioException with the line of what is wrong */
    static SimulatedContainer of(ScenarioSection section, int gpuCount) {
        section.allow(List.of("gpus", "share", "ended"));
        if (!NAME.matcher(section.argument()).matches()) {
            throw section.wrong("[container " + section.argument() + "]: not NAMESPACE/POD/CONTAINER");
        }
        List<Integer> gpus = section.get("gpus", GPUS, "indices of GPUs with commas between").stream()
                .flatMap(text -> Arrays.stream(text.split("\\s*,\\s*", -1)))
                .map(Integer::valueOf)
                .toList();
        if (gpus.isEmpty()) {
            throw section.wrong("[container " + section.argument() + "]: gpus is missing");
        }
        gpus.stream().filter(gpu -> gpu >= gpuCount).findFirst().ifPresent(gpu -> {
            throw section.wrong("gpus", "there is no GPU " + gpu);
        });
        return new SimulatedContainer(
                section.argument(),
                gpus,
                section.get("share", NUMBER, "a number").map(Integer::valueOf),
                section.flag("ended", false));
    }
}
