package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.ServingEndpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Memory that is free and not in usable pieces, as far as anything on a node tells: NVML has no figure for it. What tells
 * are the metrics endpoints that the configuration names, and the placements of MIG instances.
 */
final class FragmentationCheck implements Check {

    static final Setting<Optional<String>> ENDPOINTS = new Setting<>(
            "fragmentation.endpoints",
            Optional.empty(),
            "",
            "URLs",
            "metrics of vLLM, SGLang, Triton or JAX on this node, such as http://127.0.0.1:8000/metrics; several by commas",
            FragmentationCheck::urls);
    static final Setting<Optional<String>> MIG_PROFILES = new Setting<>(
            "fragmentation.mig-profiles",
            Optional.empty(),
            "",
            "profiles",
            "MIG profiles that must find room, such as 3g.40gb,1g.10gb",
            FragmentationCheck::profiles);

    private static final int MOST_ENDPOINTS = 16;
    private static final Pattern URL = Pattern.compile(
            "https?://(?:\\[[0-9a-fA-F:.]{2,45}]|[A-Za-z0-9.-]{1,253})(?::\\d{1,5})?(?:/[\\x21-\\x7e&&[^,#]]{0,1000})?");
    private static final Pattern PROFILE = Pattern.compile("[1-7]g(?:\\.\\d{1,3}gb)?(?:\\+me(?:\\.all)?|\\+gfx)?");

    private static final CheckSpec SPEC = new CheckSpec(
                    "fragmentation",
                    "free memory that is not in usable pieces: KV caches, allocators, MIG placements",
                    Set.of(),
                    List.of(ENDPOINTS, MIG_PROFILES),
                    List.of(EngineMemory.RULE, MigRoom.RULE))
            .needing(Need.ENDPOINTS);

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(Evidence evidence) {
        List<Finding> findings = new ArrayList<>();
        for (ServingEndpoint endpoint : evidence.sample().endpoints()) {
            findings.add(EngineMemory.judge(endpoint));
        }
        for (GpuSample gpu : evidence.sample().gpus()) {
            if (gpu.condition().isAnswering()
                    && gpu.value(GpuQuantities.MIG_MODE).orElse(false)) {
                findings.add(MigRoom.judge(gpu, evidence.setting(MIG_PROFILES)));
            }
        }
        if (findings.isEmpty()) {
            findings.add(Finding.of(
                    Status.SKIPPED,
                    Subject.node(),
                    "not measurable from NVML: name the metrics of a serving engine in fragmentation.endpoints, or read a"
                            + " snapshot with gpudiag torch"));
        }
        return findings;
    }

    private static Optional<String> urls(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        List<String> urls = separate(text);
        for (String url : urls) {
            if (!URL.matcher(url).matches()) {
                throw new IllegalArgumentException("'" + url + "' is no URL such as http://127.0.0.1:8000/metrics");
            }
        }
        if (urls.size() > MOST_ENDPOINTS) {
            throw new IllegalArgumentException("more than " + MOST_ENDPOINTS + " endpoints");
        }
        return Optional.of(String.join(",", urls));
    }

    private static Optional<String> profiles(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        List<String> profiles = separate(text);
        for (String profile : profiles) {
            if (!PROFILE.matcher(profile).matches()) {
                throw new IllegalArgumentException("'" + profile + "' is no MIG profile such as 3g.40gb");
            }
        }
        return Optional.of(String.join(",", profiles));
    }

    /** The parts of a list with commas or blanks between. */
    static List<String> separate(String text) {
        return Pattern.compile("[,\\s]+")
                .splitAsStream(text)
                .filter(part -> !part.isEmpty())
                .toList();
    }
}
