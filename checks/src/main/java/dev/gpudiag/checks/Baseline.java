package dev.gpudiag.checks;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.telemetry.GpuIdentity;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What this node had when it was well, saved before.
 *
 * @param savedAt when it was saved
 * @param node facts of the node, by name, such as {@code driver_version}
 * @param members the GPUs it had
 */
public record Baseline(Instant savedAt, Map<String, String> node, List<Gpu> members) {

    private static final String DRIVER_VERSION = "driver_version";

    /**
     * One GPU as it was.
     *
     * @param facts by name, such as {@code vbios_version}; a fact that could not be read is absent
     */
    public record Gpu(GpuIdentity identity, Map<String, String> facts) {
        public Gpu {
            requireNonNull(identity, "identity is null");
            facts = Map.copyOf(facts);
        }
    }

    public Baseline {
        requireNonNull(savedAt, "savedAt is null");
        node = Map.copyOf(node);
        members = List.copyOf(members);
    }

    /** One that knows nothing but which GPUs there were, and the driver. */
    public Baseline(Instant savedAt, List<GpuIdentity> gpus, Optional<String> driverVersion) {
        this(
                savedAt,
                driverVersion.map(version -> Map.of(DRIVER_VERSION, version)).orElse(Map.of()),
                gpus.stream().map(gpu -> new Gpu(gpu, Map.of())).toList());
    }

    public List<GpuIdentity> gpus() {
        return members.stream().map(Gpu::identity).toList();
    }

    /** The GPU as it was then: by UUID, or by address where one of both has no UUID, as a GPU that is lost. */
    public Optional<Gpu> member(GpuIdentity gpu) {
        return members.stream().filter(member -> isSame(member.identity(), gpu)).findFirst();
    }

    private static boolean isSame(GpuIdentity one, GpuIdentity other) {
        boolean named = one.uuid().isPresent() && other.uuid().isPresent();
        return named
                ? one.uuid().equals(other.uuid())
                : one.pciBusId().isPresent() && one.pciBusId().equals(other.pciBusId());
    }

    public Optional<String> driverVersion() {
        return Optional.ofNullable(node.get(DRIVER_VERSION));
    }

    /** Whether it has every GPU and every fact of the other, and one more; a value may differ. */
    public boolean knowsMoreThan(Baseline other) {
        Set<String> mine = names();
        Set<String> theirs = other.names();
        return mine.containsAll(theirs) && mine.size() > theirs.size();
    }

    private Set<String> names() {
        Set<String> names = new HashSet<>(node.keySet());
        for (Gpu gpu : members) {
            String key = gpu.identity().key();
            names.add(key);
            gpu.facts().keySet().forEach(fact -> names.add(key + " " + fact));
        }
        return names;
    }
}
