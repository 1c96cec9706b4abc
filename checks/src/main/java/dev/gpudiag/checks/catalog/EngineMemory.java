package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.ServingEngine.Figure.BYTES_IN_USE;
import static dev.gpudiag.telemetry.ServingEngine.Figure.BYTES_LIMIT;
import static dev.gpudiag.telemetry.ServingEngine.Figure.KV_CACHE_USAGE;
import static dev.gpudiag.telemetry.ServingEngine.Figure.LARGEST_FREE_BLOCK;
import static dev.gpudiag.telemetry.ServingEngine.Figure.POOL_TOTAL;
import static dev.gpudiag.telemetry.ServingEngine.Figure.POOL_USED;
import static dev.gpudiag.telemetry.ServingEngine.Figure.PREEMPTIONS;
import static dev.gpudiag.telemetry.ServingEngine.Figure.REQUESTS_WAITING;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.ServingEndpoint;
import dev.gpudiag.telemetry.ServingEngine;
import java.util.Locale;
import java.util.OptionalDouble;

/** What the metrics of a serving engine or framework say of the memory that it manages by itself. */
final class EngineMemory {

    static final Rule RULE = new Rule(
            "mem.fragmentation",
            "metrics of vLLM, SGLang, Triton or JAX; snapshots and statistics with gpudiag torch",
            "preemptions >= 1/min; or 1 GiB free and 1 - largest free block / free >= 0.5",
            Status.WARNING,
            "give the KV cache more room, or send fewer and shorter requests; snapshot the allocator",
            "gpudiag; metric names of vLLM, SGLang, Triton and JAX");

    private static final double PREEMPTIONS_PER_MINUTE = 1;
    private static final double FULL = 0.95;
    private static final double GIB = 1L << 30;
    private static final double IN_PIECES = 0.5;

    private EngineMemory() {}

    static Finding judge(ServingEndpoint endpoint) {
        if (endpoint.engine().value().isEmpty()) {
            return Finding.builder(
                            Status.UNKNOWN,
                            Subject.node(),
                            endpoint.url() + ": " + endpoint.engine().describe())
                    .limit("an endpoint that the configuration names answers")
                    .why("What the engine there knows of its memory cannot be told.")
                    .action("see whether the engine runs, or correct fragmentation.endpoints")
                    .proof(endpoint.url(), endpoint.engine().describe())
                    .build();
        }
        ServingEngine engine = endpoint.engine().value().get();
        String name = engine.kind().title() + " at " + endpoint.url() + ": ";
        Finding.Builder finding = engine.kind() == ServingEngine.Kind.UNKNOWN
                        || engine.figures().isEmpty()
                ? Finding.builder(
                                Status.UNKNOWN,
                                Subject.node(),
                                endpoint.url() + ": answers, with no metric of memory that is known here")
                        .action("name the metrics page of vLLM, SGLang, Triton or JAX in fragmentation.endpoints")
                : engine.figure(BYTES_LIMIT).isPresent()
                                && engine.figure(BYTES_IN_USE).isPresent()
                        ? ofAllocator(engine, name)
                        : engine.figure(POOL_TOTAL).isPresent() ? ofPool(engine, name) : ofKvCache(engine, name);
        engine.figures().forEach((figure, value) -> finding.measured(figure.id(), value, figure.unit()));
        engine.preemptionsPerMinute()
                .ifPresent(rate -> finding.measured("preemptions_per_minute", rate, "sequences per minute"));
        return finding.proof(endpoint.url(), engine.figures().toString())
                .rule(RULE.id())
                .build();
    }

    /** A paged cache has no gaps that could not be used: what tells is whether sequences are thrown out. */
    private static Finding.Builder ofKvCache(ServingEngine engine, String name) {
        OptionalDouble rate = engine.preemptionsPerMinute();
        String usage = name
                + engine.figure(KV_CACHE_USAGE)
                        .map(used -> "KV cache " + Amounts.percent(used) + " used")
                        .orElse("use of the KV cache not told");
        double waiting = engine.figure(REQUESTS_WAITING).orElse(0.0);
        if (rate.isPresent() && rate.getAsDouble() >= PREEMPTIONS_PER_MINUTE) {
            return Finding.builder(
                            Status.WARNING,
                            Subject.node(),
                            usage + String.format(Locale.ROOT, ", %.1f preemptions a minute", rate.getAsDouble()))
                    .limit("less than one preemption a minute")
                    .why("A preempted sequence loses its place in the KV cache and is computed again.")
                    .action("give the KV cache more room: a higher gpu_memory_utilization, fp8, a smaller model")
                    .action("or let less in at a time: max_num_seqs, max_model_len, or another replica");
        }
        if (engine.figure(KV_CACHE_USAGE).filter(used -> used >= FULL).isPresent() && waiting > 0) {
            return Finding.builder(
                            Status.INFO,
                            Subject.node(),
                            usage + String.format(Locale.ROOT, ", %.0f requests wait", waiting))
                    .why("New requests wait for room in the KV cache.");
        }
        double before = engine.figure(PREEMPTIONS).orElse(0.0);
        if (rate.isEmpty() && before > 0) {
            return Finding.builder(
                    Status.INFO,
                    Subject.node(),
                    usage
                            + String.format(
                                    Locale.ROOT,
                                    ", %.0f preemptions since its start, whether now is not known",
                                    before));
        }
        return Finding.builder(Status.OK, Subject.node(), usage);
    }

    private static Finding.Builder ofAllocator(ServingEngine engine, String name) {
        double free = Math.max(
                0,
                engine.figure(BYTES_LIMIT).orElseThrow()
                        - engine.figure(BYTES_IN_USE).orElseThrow());
        String seen = name + Amounts.bytes(free) + " free in the allocator";
        if (engine.figure(LARGEST_FREE_BLOCK).isEmpty()) {
            return Finding.builder(Status.OK, Subject.node(), seen + ", in which pieces is not told");
        }
        double largest = Math.min(free, engine.figure(LARGEST_FREE_BLOCK).get());
        double ratio = free == 0 ? 0 : 1 - largest / free;
        boolean pieces = free >= GIB && ratio >= IN_PIECES;
        Finding.Builder finding = Finding.builder(
                        pieces ? Status.WARNING : Status.OK,
                        Subject.node(),
                        seen + ", largest piece " + Amounts.bytes(largest)
                                + String.format(Locale.ROOT, " (F3 %.2f)", ratio))
                .limit("F3 below 0.5, where 1 GiB or more is free")
                .measured("fragmentation_ratio", ratio, "ratio");
        return pieces
                ? finding.why("An allocation larger than the largest piece fails although memory is free.")
                        .action("restart the program at the next chance; keep shapes the same from step to step")
                : finding;
    }

    private static Finding.Builder ofPool(ServingEngine engine, String name) {
        double total = engine.figure(POOL_TOTAL).orElseThrow();
        double used = engine.figure(POOL_USED).orElse(0.0);
        double ratio = total <= 0 ? 0 : used / total;
        return Finding.builder(
                        ratio >= FULL ? Status.INFO : Status.OK,
                        Subject.node(),
                        name + "pool " + Amounts.percent(ratio) + " used, " + Amounts.bytes(used) + " of "
                                + Amounts.bytes(total))
                .limit(Amounts.percent(FULL));
    }
}
