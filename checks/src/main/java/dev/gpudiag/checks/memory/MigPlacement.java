package dev.gpudiag.checks.memory;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where MIG instances of one GPU may lie, and how far those that are there stand in the way of another.
 *
 * <p>From the tables that {@code nvidia-smi mig -lgipp} prints: a GPU of the A100 and H100 kind has 8 memory slices and 7
 * compute slices, an A30 4 and 4.
 */
public final class MigPlacement {

    private static final Pattern A30 = Pattern.compile("\\bA30\\b");
    private static final Pattern SEVEN =
            Pattern.compile("\\b(?:A100|A800|H100|H800|H200|H20|GH200|B200|B300|GB200|GB300)\\b");
    private static final Pattern COMPUTE = Pattern.compile("(\\d{1,2})(?:c\\.(\\d{1,2}))?g\\..*|(\\d{1,2})g");

    private static final MigPlacement OF_A30 = new MigPlacement(
            4,
            4,
            List.of(
                    new Profile("1g", 1, 1, List.of(0, 1, 2, 3)),
                    new Profile("2g", 2, 2, List.of(0, 2)),
                    new Profile("4g", 4, 4, List.of(0))));

    private static final MigPlacement OF_SEVEN = new MigPlacement(
            8,
            7,
            List.of(
                    new Profile("1g", 1, 1, List.of(0, 1, 2, 3, 4, 5, 6)),
                    new Profile("1g x2", 1, 2, List.of(0, 2, 4, 6)),
                    new Profile("2g", 2, 2, List.of(0, 2, 4)),
                    new Profile("3g", 3, 4, List.of(0, 4)),
                    new Profile("4g", 4, 4, List.of(0)),
                    new Profile("7g", 7, 8, List.of(0))));

    private final int memorySlices;
    private final int computeSlices;
    private final List<Profile> profiles;

    /**
     * A kind of instance.
     *
     * @param name such as {@code 3g}; {@code 1g x2} is one compute slice with the memory of two
     * @param starts memory slices at which it may begin
     */
    public record Profile(String name, int compute, int memory, List<Integer> starts) {
        public Profile {
            starts = List.copyOf(starts);
        }
    }

    /**
     * An instance that is there.
     *
     * @param start its first memory slice
     */
    public record Instance(int start, int memory, int compute) {}

    /**
     * How many instances of a profile fit.
     *
     * @param feasible beside those that are there
     * @param ideal if the free slices lay together
     */
    public record Room(Profile profile, int feasible, int ideal) {

        /** 1 - feasible / ideal; 0 where not even free slices in one piece would be enough. */
        public double fragmentation() {
            return ideal == 0 ? 0 : 1 - (double) feasible / ideal;
        }
    }

    private MigPlacement(int memorySlices, int computeSlices, List<Profile> profiles) {
        this.memorySlices = memorySlices;
        this.computeSlices = computeSlices;
        this.profiles = profiles;
    }

    /** The placements of a GPU by its name; empty for one that is not in the tables. */
    public static Optional<MigPlacement> of(String gpuName) {
        if (A30.matcher(gpuName).find()) {
            return Optional.of(OF_A30);
        }
        return SEVEN.matcher(gpuName).find() ? Optional.of(OF_SEVEN) : Optional.empty();
    }

    /** The compute slices in the name of a profile: 3 of {@code 3g.40gb}; empty for a name of another form. */
    public static Optional<Integer> compute(String profile) {
        Matcher matcher = COMPUTE.matcher(profile);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        // of 1c.3g.40gb the GPU instance is the 3g
        String slices = matcher.group(3) != null
                ? matcher.group(3)
                : matcher.group(2) != null ? matcher.group(2) : matcher.group(1);
        return Optional.of(Integer.parseInt(slices));
    }

    /** The profiles of this kind of GPU, smallest first. */
    public List<Profile> profiles() {
        return profiles;
    }

    public int memorySlices() {
        return memorySlices;
    }

    /** Free memory slices beside these instances. */
    public int freeMemorySlices(List<Instance> instances) {
        return memorySlices - occupied(instances).cardinality();
    }

    /** What fits beside these instances. */
    public Room room(Profile profile, List<Instance> instances) {
        BitSet occupied = occupied(instances);
        int freeMemory = memorySlices - occupied.cardinality();
        int used = instances.stream().mapToInt(Instance::compute).sum();
        int byCompute = Math.max(0, computeSlices - used) / profile.compute();
        int placed = 0;
        for (int start : profile.starts()) {
            int end = Math.min(memorySlices, start + profile.memory());
            if (placed < byCompute && occupied.get(start, end).isEmpty()) {
                occupied.set(start, end);
                placed++;
            }
        }
        return new Room(profile, placed, Math.min(freeMemory / profile.memory(), byCompute));
    }

    private BitSet occupied(List<Instance> instances) {
        BitSet occupied = new BitSet(memorySlices);
        for (Instance instance : instances) {
            occupied.set(
                    Math.clamp(instance.start(), 0, memorySlices),
                    Math.clamp((long) instance.start() + instance.memory(), 0, memorySlices));
        }
        return occupied;
    }
}
