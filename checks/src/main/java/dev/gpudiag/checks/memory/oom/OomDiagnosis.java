package dev.gpudiag.checks.memory.oom;

import static dev.gpudiag.checks.memory.oom.OomFigure.ALLOCATED;
import static dev.gpudiag.checks.memory.oom.OomFigure.ALLOWED;
import static dev.gpudiag.checks.memory.oom.OomFigure.CAPACITY;
import static dev.gpudiag.checks.memory.oom.OomFigure.FREE;
import static dev.gpudiag.checks.memory.oom.OomFigure.OTHERS;
import static dev.gpudiag.checks.memory.oom.OomFigure.REQUESTED;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.memory.oom.RankedCause.Likelihood;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Ranks the causes of one failure by its figures.
 *
 * <p>The rules are gpudiag's own: a cause counts for much where removing it alone would have let the request through.
 * Without figures the order is that of experience, and every cause is at most possible.
 */
public final class OomDiagnosis {

    /** The causes that every failed allocation is held against. */
    private static final List<OomCause> COMMON = List.of(
            OomCause.BATCH_SIZE,
            OomCause.SEQUENCE_LENGTH,
            OomCause.MODEL_TOO_LARGE,
            OomCause.LEAK,
            OomCause.FRAGMENTATION,
            OomCause.ANOTHER_TENANT);

    private static final double LIKELY = 0.7;
    private static final double POSSIBLE = 0.45;

    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    /** Context and libraries of one process, where a message counts them with the others. */
    private static final long CONTEXT = 768 * MIB;

    private final OomEvent event;
    private final Map<OomCause, Double> scores = new EnumMap<>(OomCause.class);
    private final Map<OomCause, String> reasons = new EnumMap<>(OomCause.class);

    private OomDiagnosis(OomEvent event) {
        this.event = event;
    }

    /** The causes of a failure, most likely first; at least one. */
    public static List<RankedCause> of(OomEvent event) {
        OomDiagnosis diagnosis = new OomDiagnosis(event);
        switch (event.source()) {
            case HOST ->
                diagnosis.add(OomCause.HOST_MEMORY, 0.95, "the message is about memory of the host, not of a GPU");
            case VLLM, SGLANG -> diagnosis.serving();
            case NCCL -> diagnosis.nccl();
            case PYTORCH, PYTORCH_SUMMARY, XLA, TENSORFLOW, CUDA -> diagnosis.allocation();
        }
        return diagnosis.ranked();
    }

    /** The name of the first cause; {@code unknown} where there are no figures, and nothing else makes it likely. */
    public static String verdict(OomEvent event) {
        RankedCause first = of(event).getFirst();
        boolean measured =
                event.source() != OomSource.PYTORCH || event.figures().containsKey(ALLOCATED);
        return measured || first.likelihood() == Likelihood.LIKELY
                ? first.cause().id()
                : "unknown";
    }

    private List<RankedCause> ranked() {
        return scores.entrySet().stream()
                .sorted(Map.Entry.<OomCause, Double>comparingByValue(Comparator.reverseOrder()))
                .map(entry ->
                        new RankedCause(entry.getKey(), likelihood(entry.getValue()), reasons.get(entry.getKey())))
                .toList();
    }

    private static Likelihood likelihood(double score) {
        return score >= LIKELY ? Likelihood.LIKELY : score >= POSSIBLE ? Likelihood.POSSIBLE : Likelihood.UNLIKELY;
    }

    private void add(OomCause cause, double score, String reason) {
        if (score > scores.getOrDefault(cause, 0.0)) {
            scores.put(cause, score);
            reasons.put(cause, reason);
        }
    }

    private void allocation() {
        limit();
        fragmentation();
        tenant();
        if (scores.containsKey(OomCause.LIMIT)) {
            String because = "it asked for more than could be had, whatever the limit was";
            add(OomCause.BATCH_SIZE, 0.4, because);
            add(OomCause.SEQUENCE_LENGTH, 0.35, because);
        } else {
            size();
        }
        hints();
        if (event.figure(ALLOCATED).isEmpty()) {
            withoutFigures();
        }
        for (OomCause cause : COMMON) {
            add(cause, 0.1, "nothing in these figures speaks for it");
        }
    }

    /** The driver had clearly more than was asked for. */
    private void limit() {
        OptionalLong requested = event.figure(REQUESTED);
        OptionalLong free = event.figure(FREE);
        if (requested.isEmpty() || free.isEmpty()) {
            return;
        }
        long margin = Math.max(256 * MIB, event.figure(CAPACITY).orElse(0) / 32);
        if (free.getAsLong() - requested.getAsLong() >= margin) {
            add(
                    OomCause.LIMIT,
                    0.95,
                    "the driver had " + amount(free) + " free and only " + amount(requested) + " was asked for");
            add(OomCause.ANOTHER_TENANT, 0.5, "another program may have held the memory for a moment");
        }
        OptionalLong allowed = event.figure(ALLOWED);
        if (allowed.isPresent() && allowed.getAsLong() < event.figure(CAPACITY).orElse(0)) {
            add(
                    OomCause.LIMIT,
                    0.9,
                    "the process may take " + amount(allowed) + " of " + amount(event.figure(CAPACITY)));
        }
    }

    private void fragmentation() {
        new CacheShare(event).judge().ifPresent(share -> add(OomCause.FRAGMENTATION, share.score(), share.because()));
    }

    private void tenant() {
        OptionalLong others = event.figure(OTHERS);
        OptionalLong capacity = event.figure(CAPACITY);
        if (others.isEmpty() || capacity.isEmpty()) {
            return;
        }
        boolean exact = event.figure(OomFigure.PROCESS).isPresent();
        long held = others.getAsLong() - (exact ? 0 : CONTEXT);
        boolean enough = event.figure(REQUESTED).orElse(Long.MAX_VALUE)
                <= event.figure(FREE).orElse(0) + held;
        String because = Amounts.bytes(others.getAsLong()) + " of " + amount(capacity) + " is held "
                + (exact ? "by others than this process" : "outside PyTorch's memory, its own context included")
                + (enough ? "; without it the request would fit" : "; without it the request would still not fit");
        if (held >= Math.max(GIB, capacity.getAsLong() / 10)) {
            add(OomCause.ANOTHER_TENANT, enough ? (held >= capacity.getAsLong() / 2 ? 0.92 : 0.8) : 0.3, because);
        } else if (held >= 512 * MIB && enough) {
            add(OomCause.ANOTHER_TENANT, 0.35, because);
        }
    }

    private void size() {
        OptionalLong capacity = event.figure(CAPACITY);
        if (capacity.isEmpty()) {
            return;
        }
        long whole = capacity.getAsLong();
        long requested = event.figure(REQUESTED).orElse(0);
        long allocated = event.figure(ALLOCATED).orElse(0);
        boolean attention =
                event.hints().contains(OomHint.ATTENTION) || event.hints().contains(OomHint.SERVING);
        String one = "one allocation of " + Amounts.bytes(requested) + " on a GPU of " + Amounts.bytes(whole);
        String holds = "the program holds " + Amounts.bytes(allocated) + " of " + Amounts.bytes(whole);
        if (requested >= whole) {
            add(OomCause.SEQUENCE_LENGTH, 0.9, one + ": no tensor grows as fast as one of length times length");
            add(OomCause.BATCH_SIZE, 0.75, one + " cannot be served by any GPU of this size");
            add(OomCause.MODEL_TOO_LARGE, 0.3, one);
        } else if (requested >= whole / 4) {
            add(OomCause.BATCH_SIZE, 0.72, one + ": activations, not weights, come in such pieces");
            add(OomCause.SEQUENCE_LENGTH, attention ? 0.75 : 0.6, one);
        }
        if (allocated > whole) {
            add(OomCause.MODEL_TOO_LARGE, 0.85, holds + ", so that part of it lies in the host's memory");
            add(OomCause.BATCH_SIZE, 0.6, holds);
        } else if (allocated >= 0.85 * whole) {
            add(OomCause.BATCH_SIZE, 0.65, holds);
            add(OomCause.MODEL_TOO_LARGE, 0.6, holds);
            add(OomCause.SEQUENCE_LENGTH, attention ? 0.62 : 0.46, holds);
        } else if (event.figures().containsKey(ALLOCATED)) {
            add(OomCause.BATCH_SIZE, 0.5, holds + " and asks for " + Amounts.bytes(requested) + " more");
            add(OomCause.SEQUENCE_LENGTH, attention ? 0.55 : 0.4, "the same, where the input is long");
            add(OomCause.MODEL_TOO_LARGE, allocated >= whole / 2 ? 0.46 : 0.25, holds);
        }
    }

    private void hints() {
        if (event.hints().contains(OomHint.LOADING) && !scores.containsKey(OomCause.LIMIT)) {
            add(OomCause.MODEL_TOO_LARGE, 0.78, OomHint.LOADING.inWords() + " when it failed");
        }
        if (event.hints().contains(OomHint.OPTIMIZER)) {
            add(OomCause.MODEL_TOO_LARGE, 0.7, OomHint.OPTIMIZER.inWords() + ": its state is as large as the weights");
        }
        if (event.growth()) {
            add(OomCause.LEAK, 0.85, "more was allocated at each failure of this log than at the one before");
        } else if (event.hints().contains(OomHint.MANY_STEPS)) {
            add(OomCause.LEAK, 0.55, OomHint.MANY_STEPS.inWords() + ", so that batch and model had fitted");
        } else {
            add(OomCause.LEAK, 0.15, "nothing here speaks for it: it would show as allocated memory that grows");
        }
    }

    private void withoutFigures() {
        String because = "the message holds too few figures to tell";
        add(OomCause.BATCH_SIZE, 0.5, because);
        add(OomCause.SEQUENCE_LENGTH, 0.48, because);
        add(OomCause.MODEL_TOO_LARGE, 0.46, because);
        add(OomCause.ANOTHER_TENANT, 0.4, because);
        add(OomCause.FRAGMENTATION, 0.3, because);
    }

    private void serving() {
        switch (event.kind()) {
            case SEQUENCE_EXCEEDS_KV_CACHE -> {
                OptionalLong needed = event.figure(REQUESTED);
                String figures = needed.isPresent() && event.figure(FREE).isPresent()
                        ? ": one sequence of full length needs " + amount(needed) + ", " + amount(event.figure(FREE))
                                + " is there"
                        : "";
                add(OomCause.SEQUENCE_LENGTH, 0.95, "the longest sequence does not fit into the KV cache" + figures);
                add(OomCause.MODEL_TOO_LARGE, 0.5, "the weights leave too little for the KV cache");
                add(OomCause.ANOTHER_TENANT, 0.3, "what others hold is missing in the KV cache");
            }
            case LESS_FREE_THAN_WANTED -> {
                add(
                        OomCause.ANOTHER_TENANT,
                        0.95,
                        amount(event.figure(FREE)) + " of " + amount(event.figure(CAPACITY))
                                + " was free before the engine took anything, it wants "
                                + amount(event.figure(REQUESTED)));
                add(OomCause.LIMIT, 0.3, "gpu_memory_utilization is higher than this GPU has room for");
            }
            default -> {
                add(
                        OomCause.MODEL_TOO_LARGE,
                        0.75,
                        "weights and activations fill what the engine may take, nothing is" + " left for the KV cache");
                add(OomCause.SEQUENCE_LENGTH, 0.6, "the engine tries a full batch of the longest sequences first");
                add(OomCause.ANOTHER_TENANT, 0.5, "what others hold counts against gpu_memory_utilization");
            }
        }
    }

    private void nccl() {
        add(
                OomCause.BATCH_SIZE,
                0.6,
                "NCCL takes its buffers outside the framework's memory, which had filled the GPU");
        add(OomCause.MODEL_TOO_LARGE, 0.5, "the framework leaves no room for NCCL's buffers");
        add(OomCause.ANOTHER_TENANT, 0.46, "what others hold is missing for NCCL's buffers");
        add(OomCause.FRAGMENTATION, 0.3, "the framework may keep free memory in its cache that NCCL cannot get");
    }

    private static String amount(OptionalLong bytes) {
        return bytes.isPresent() ? Amounts.bytes(bytes.getAsLong()) : "an unknown amount";
    }
}
