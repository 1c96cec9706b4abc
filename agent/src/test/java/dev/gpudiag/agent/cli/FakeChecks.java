package dev.gpudiag.agent.cli;

import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuQuantities;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Checks that say what a test wants. */
final class FakeChecks {

    static final Setting<Double> LIMIT = Setting.number("heat.limit", 83, 40, 110, "celsius", "what is too hot");

    private FakeChecks() {}

    static Check always(String id, Finding... findings) {
        return check(id, List.of(), evidence -> List.of(findings));
    }

    static Check check(String id, List<Setting<?>> settings, Function<Evidence, List<Finding>> evaluate) {
        return new Check() {
            @Override
            public CheckSpec spec() {
                return new CheckSpec(id, "looks at " + id, Set.of(), settings);
            }

            @Override
            public List<Finding> evaluate(Evidence evidence) {
                return evaluate.apply(evidence);
            }
        };
    }

    /** WARNING for every GPU over {@link #LIMIT}. */
    static Check heat() {
        return check(
                "heat",
                List.of(LIMIT),
                evidence -> evidence.sample().gpus().stream()
                        .map(gpu -> {
                            double celsius =
                                    gpu.value(GpuQuantities.TEMPERATURE_GPU).orElseThrow();
                            boolean hot = celsius > evidence.setting(LIMIT);
                            return Finding.of(
                                    hot ? Status.WARNING : Status.OK, Subject.gpu(gpu.identity()), celsius + " C");
                        })
                        .toList());
    }
}
