package dev.gpudiag.checks.memory;

import java.util.List;

/** What growth looks like, and what else looks like it. */
public enum GrowthShape {
    /** No growth that goes on. */
    NONE("does not grow", List.of()),
    /** Straight growth since the process began, or since it was first seen. */
    STEADY_GROWTH(
            "steady growth since the process began",
            List.of(
                    "a cache that fills (KV cache, embedding or data cache)",
                    "the rising half of a daily load",
                    "models or adapters that are loaded one after the other")),
    /** Straight growth that began after a plateau. */
    GROWTH_AFTER_PLATEAU(
            "growth that began after a plateau",
            List.of(
                    "load that began to rise and keeps rising",
                    "a cache that was switched on or enlarged",
                    "models or adapters that are loaded one after the other")),
    /** Growth that becomes faster and faster. */
    ACCELERATING_GROWTH(
            "growth that becomes faster and faster",
            List.of("a batch, a sequence or a cache that is doubled on demand", "load that multiplies")),
    /** Growth that lasts longer than half a day, straight or not. */
    LASTING_GROWTH(
            "growth that outlasts half a daily cycle",
            List.of("a cache without a limit", "input that grows from day to day"));

    private final String text;

    @SuppressWarnings("ImmutableEnumChecker") // each list is a List.of
    private final List<String> lookAlikes;

    GrowthShape(String text, List<String> lookAlikes) {
        this.text = text;
        this.lookAlikes = lookAlikes;
    }

    /** In the words of a finding. */
    public String text() {
        return text;
    }

    /** Harmless causes that cannot be told from a leak by this shape. */
    public List<String> lookAlikes() {
        return lookAlikes;
    }
}
