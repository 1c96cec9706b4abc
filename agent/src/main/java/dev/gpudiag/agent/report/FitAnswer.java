package dev.gpudiag.agent.report;

import dev.gpudiag.checks.fit.Fit;
import dev.gpudiag.checks.fit.Fit.Level;
import dev.gpudiag.checks.fit.FitQuestion;
import dev.gpudiag.checks.fit.GpuModel;
import dev.gpudiag.checks.fit.GpuModels;
import dev.gpudiag.checks.fit.MemoryNeed;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Whether a model fits, as text and JSON show it.
 *
 * @param assumed the known model whose shape was taken because none was given
 * @param headroom part of the need that must stay free
 * @param need on each of the GPUs that {@code held} speaks of; on one GPU where it speaks of none
 * @param held the model in the GPUs it was asked about, the first is the best; empty where there are none
 * @param catalogue the model in every kind of GPU
 */
public record FitAnswer(
        FitQuestion question,
        Optional<String> assumed,
        double headroom,
        Target target,
        MemoryNeed need,
        List<Held> held,
        List<Row> catalogue,
        String tableDate) {

    public FitAnswer {
        held = List.copyOf(held);
        catalogue = List.copyOf(catalogue);
    }

    /** What a model is held against. */
    public sealed interface Target permits Named, NodeGpus {}

    /** A kind of GPU by name. */
    public record Named(GpuModel gpu) implements Target {}

    /**
     * The GPUs of a node.
     *
     * @param groups equal GPUs together
     * @param unknown GPUs whose memory could not be read
     */
    public record NodeGpus(List<Group> groups, int unknown) implements Target {

        public NodeGpus {
            groups = List.copyOf(groups);
        }

        public static NodeGpus of(NodeSample sample) {
            Map<GpuModel, List<Double>> free = new LinkedHashMap<>();
            int unknown = 0;
            for (GpuSample gpu : sample.gpus()) {
                Optional<Long> total = gpu.value(GpuQuantities.MEMORY_TOTAL);
                if (total.isEmpty() || total.get() <= 0) {
                    unknown++;
                    continue;
                }
                double reserved = gpu.value(GpuQuantities.MEMORY_RESERVED).orElse(0L);
                GpuModel kind = new GpuModel(
                        gpu.identity().name().orElse("GPU"), total.get(), reserved < total.get() ? reserved : 0);
                free.computeIfAbsent(kind, key -> new ArrayList<>())
                        .add(gpu.value(GpuQuantities.MEMORY_FREE)
                                .map(Long::doubleValue)
                                .orElse(Double.NaN));
            }
            return new NodeGpus(
                    free.entrySet().stream()
                            .map(entry -> new Group(entry.getKey(), entry.getValue()))
                            .toList(),
                    unknown);
        }
    }

    /**
     * Equal GPUs.
     *
     * @param freeBytes what each has free now; NaN where not known
     */
    public record Group(GpuModel gpu, List<Double> freeBytes) {

        public Group {
            freeBytes = List.copyOf(freeBytes);
        }
    }

    /**
     * A model in GPUs that are there.
     *
     * @param there how many of this kind there are; empty for a kind by name
     * @param freeNow how many of them have that much free now; empty where not known
     */
    public record Held(Fit fit, OptionalInt there, OptionalInt freeNow) {}

    /**
     * A model in one kind of GPU.
     *
     * @param one in a single one
     * @param least in the least number that holds it with headroom; empty where no number does
     * @param leastForStates the least number that holds weights, gradients and optimizer alone
     */
    public record Row(Fit one, Optional<Fit> least, OptionalInt leastForStates) {}

    /** Holds a model against a target and against every kind of GPU. */
    public static FitAnswer of(
            FitQuestion question,
            Optional<String> assumed,
            GpuModels catalogue,
            Target target,
            double headroom,
            Optional<Integer> gpus) {
        List<Held> held = switch (target) {
            case Named named ->
                List.of(new Held(
                        Fit.of(question, named.gpu(), gpus.orElse(1), headroom),
                        OptionalInt.empty(),
                        OptionalInt.empty()));
            case NodeGpus node ->
                node.groups().stream()
                        .filter(group -> gpus.orElse(1) <= group.freeBytes().size())
                        .map(group -> held(question, group, headroom, gpus))
                        .sorted((a, b) -> a.fit().level().compareTo(b.fit().level()))
                        .toList();
        };
        return new FitAnswer(
                question,
                assumed,
                headroom,
                target,
                held.isEmpty()
                        ? MemoryNeed.of(question, gpus.orElse(1))
                        : held.getFirst().fit().need(),
                held,
                catalogue.gpus().stream()
                        .map(gpu -> new Row(
                                Fit.of(question, gpu, 1, headroom),
                                Fit.least(question, gpu, headroom),
                                Fit.leastForStates(question, gpu)))
                        .toList(),
                catalogue.date());
    }

    /** The least of the group's GPUs that hold it best. */
    private static Held held(FitQuestion question, Group group, double headroom, Optional<Integer> gpus) {
        int there = group.freeBytes().size();
        List<Fit> fits = IntStream.rangeClosed(gpus.orElse(1), gpus.orElse(there))
                .filter(count -> gpus.isPresent() || Fit.isUsual(question, count))
                .mapToObj(count -> Fit.of(question, group.gpu(), count, headroom))
                .toList();
        Fit best = fits.stream().min((a, b) -> a.level().compareTo(b.level())).orElseThrow();
        double wanted = best.need().total() * (1 + headroom);
        boolean known = group.freeBytes().stream().noneMatch(free -> Double.isNaN(free));
        return new Held(
                best,
                OptionalInt.of(there),
                known
                        ? OptionalInt.of((int) group.freeBytes().stream()
                                .filter(free -> free >= wanted)
                                .count())
                        : OptionalInt.empty());
    }

    /** 0 fits with headroom, 1 without only, 2 does not, 3 where the GPUs asked about are not known. */
    public int exitCode() {
        if (!held.isEmpty()) {
            return exitCode(held.getFirst().fit().level());
        }
        if (target instanceof NodeGpus node
                && (node.unknown() > 0 || !node.groups().isEmpty())) {
            return node.unknown() > 0 ? 3 : exitCode(Level.DOES_NOT_FIT);
        }
        return catalogue.stream().anyMatch(row -> row.least().isPresent()) ? 0 : exitCode(Level.DOES_NOT_FIT);
    }

    private static int exitCode(Level level) {
        return switch (level) {
            case FITS -> 0;
            case TIGHT -> 1;
            case DOES_NOT_FIT -> 2;
        };
    }

    /** The smallest kind of GPU of which one holds it with headroom. */
    public Optional<String> smallest() {
        return catalogue.stream()
                .filter(row -> row.one().level() == Level.FITS)
                .map(row -> row.one().gpu().name())
                .findFirst();
    }
}
