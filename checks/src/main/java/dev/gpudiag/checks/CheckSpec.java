package dev.gpudiag.checks;

import static java.util.Objects.requireNonNull;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a check is called, and what it needs.
 *
 * @param id public name, lower case: metric label and prefix of its settings
 * @param title one line of what it looks at
 * @param preconditions what must hold for it to be run; the runner skips it otherwise
 * @param settings its settings
 * @param rules the rules that it applies
 * @param needs what has to be collected for it beside driver, GPUs and host, which every sample has
 */
public record CheckSpec(
        String id,
        String title,
        Set<Precondition> preconditions,
        List<Setting<?>> settings,
        List<Rule> rules,
        Set<Need> needs) {

    /** What the runner looks after, so that no check repeats it. */
    public enum Precondition {
        /** NVML answers. */
        USABLE_DRIVER,
        /** The driver works or does not: the agent has not let go of it on request, and it is not starting. */
        SETTLED_DRIVER,
        /** At least one GPU is known. */
        GPU,
        /** The history reaches back at all: the node is being sampled, not looked at once. */
        HISTORY
    }

    /** Evidence that costs something: only what a check that is run asks for is collected. */
    public enum Need {
        /** The processes that hold a GPU, who they work for and which CUDA they use: {@code sample.host()}. */
        PROCESSES,
        /** What the configured metrics endpoints of serving engines say: {@code sample.endpoints()}. */
        ENDPOINTS,
        /** Ports for RDMA, where settings expect any: {@code sample.rdma()}. */
        RDMA,
        /** What the performance monitor (GPM) measures, which no check asks for. */
        PERFORMANCE
    }

    public CheckSpec {
        requireNonNull(id, "id is null");
        requireNonNull(title, "title is null");
        preconditions = preconditions.isEmpty() ? Set.of() : EnumSet.copyOf(preconditions);
        settings = List.copyOf(settings);
        rules = List.copyOf(rules);
        needs = needs.isEmpty() ? Set.of() : EnumSet.copyOf(needs);
        for (Setting<?> setting : settings) {
            if (!setting.key().startsWith(id + ".")) {
                throw new IllegalArgumentException(setting.key() + " does not begin with " + id + ".");
            }
        }
    }

    /** A check that needs nothing but the sample itself. */
    public CheckSpec(
            String id, String title, Set<Precondition> preconditions, List<Setting<?>> settings, List<Rule> rules) {
        this(id, title, preconditions, settings, rules, Set.of());
    }

    /** A check whose rules are not written down yet. */
    public CheckSpec(String id, String title, Set<Precondition> preconditions, List<Setting<?>> settings) {
        this(id, title, preconditions, settings, List.of());
    }

    /** The same check, which also needs this to be collected. */
    public CheckSpec needing(Need first, Need... rest) {
        return new CheckSpec(id, title, preconditions, settings, rules, EnumSet.of(first, rest));
    }
}
