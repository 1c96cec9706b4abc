package dev.gpudiag.checks;

import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuSample;
import java.util.ArrayList;
import java.util.List;

/** A check that looks at each GPU by itself; a GPU that does not answer is UNKNOWN, explained by {@code devices}. */
public interface GpuCheck extends Check {

    /** What was found of one GPU that answers, at least one finding. */
    List<Finding> evaluate(GpuSample gpu, Evidence evidence);

    @Override
    default List<Finding> evaluate(Evidence evidence) {
        List<Finding> findings = new ArrayList<>();
        for (GpuSample gpu : evidence.sample().gpus()) {
            if (gpu.condition().isAnswering()) {
                findings.addAll(evaluate(gpu, evidence));
            } else {
                findings.addAll(notAnswering(gpu));
            }
        }
        return findings;
    }

    /** What is said of a GPU that does not answer. */
    default List<Finding> notAnswering(GpuSample gpu) {
        if (gpu.condition().state() == GpuCondition.State.PENDING) {
            return List.of(Finding.of(
                    Status.SKIPPED, Subject.gpu(gpu.identity()), gpu.condition().detail()));
        }
        String seen = "not known: " + gpu.condition().detail();
        return List.of(Finding.builder(Status.UNKNOWN, Subject.gpu(gpu.identity()), seen)
                .causedBy("devices")
                .build());
    }
}
