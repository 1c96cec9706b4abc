package dev.gpudiag.agent.report;

import dev.gpudiag.checks.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Several subjects in few words: {@code gpu 0-3,7}. */
final class Subjects {

    private Subjects() {}

    /** In words; empty for the node alone. */
    static String describe(List<Subject> subjects) {
        TreeSet<Integer> gpus = new TreeSet<>();
        List<String> words = new ArrayList<>();
        for (Subject subject : subjects) {
            if (subject.kind() == Subject.Kind.GPU) {
                subject.gpu().ifPresent(gpu -> gpus.add(gpu.index()));
            } else if (subject.kind() != Subject.Kind.NODE && !words.contains(subject.describe())) {
                words.add(subject.describe());
            }
        }
        if (!gpus.isEmpty()) {
            words.addFirst("gpu " + GpuNumbers.ranges(gpus));
        }
        return String.join(", ", words);
    }
}
