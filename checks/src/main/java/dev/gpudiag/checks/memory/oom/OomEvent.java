package dev.gpudiag.checks.memory.oom;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One time that memory ran out, as a log tells it.
 *
 * @param line where it was first, from 1
 * @param count how often the same was written
 * @param kind what the message says, one phrase
 * @param device index of the GPU
 * @param figures what the message says, and what follows from it
 * @param processes other processes on the GPU, and this one where the message names it only by number
 * @param hints what the lines before say of what the program was doing
 * @param growth allocated bytes rose from one failure of this log to the next, at least twice
 */
public record OomEvent(
        OomSource source,
        Kind kind,
        long line,
        int count,
        OptionalInt device,
        Map<OomFigure, Long> figures,
        List<MemoryUser> processes,
        Counters counters,
        Set<OomHint> hints,
        boolean growth) {

    /** What a summary counted since the start of the process. */
    public record Counters(OptionalLong failures, OptionalLong retries) {

        static final Counters NONE = new Counters(OptionalLong.empty(), OptionalLong.empty());

        public Counters {
            requireNonNull(failures, "failures is null");
            requireNonNull(retries, "retries is null");
        }
    }

    /** What the message says. */
    public enum Kind {
        ALLOCATION_FAILED,
        /** A table of the allocator's state, after a failure or before. */
        SUMMARY,
        /** A serving engine finds no room for its KV cache. */
        NO_ROOM_FOR_KV_CACHE,
        /** The longest sequence does not fit into the KV cache. */
        SEQUENCE_EXCEEDS_KV_CACHE,
        /** Less is free at the start than the engine is set to take. */
        LESS_FREE_THAN_WANTED
    }

    /**
     * A process on the GPU.
     *
     * @param own whether its figures show that it is the one that failed, seen from outside its container
     */
    public record MemoryUser(long pid, long usedBytes, boolean own) {}

    public OomEvent {
        requireNonNull(source, "source is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(device, "device is null");
        requireNonNull(counters, "counters is null");
        figures = figures.isEmpty() ? Map.of() : new EnumMap<>(figures);
        processes = List.copyOf(processes);
        hints = hints.isEmpty() ? Set.of() : EnumSet.copyOf(hints);
    }

    /** A figure, in bytes. */
    public OptionalLong figure(OomFigure figure) {
        Long bytes = figures.get(figure);
        return bytes == null ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    /** A copy that says more. */
    OomEvent with(int times, boolean grown) {
        return new OomEvent(source, kind, line, times, device, figures, processes, counters, hints, grown);
    }

    boolean saysTheSameAs(OomEvent other) {
        return source == other.source
                && kind == other.kind
                && device.equals(other.device)
                && figures.equals(other.figures)
                && processes.equals(other.processes);
    }
}
