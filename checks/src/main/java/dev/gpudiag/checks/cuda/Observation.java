package dev.gpudiag.checks.cuda;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.checks.Proof;
import dev.gpudiag.checks.Status;
import java.util.List;

/**
 * One thing found of one process; equal ones of one workload are told once.
 *
 * @param rule id of the rule that tripped
 * @param seen what was seen, without the process
 * @param proofs where it was read, of this process
 */
public record Observation(
        String rule, Status status, String seen, String why, List<String> actions, List<Proof> proofs) {

    public Observation {
        requireNonNull(rule, "rule is null");
        requireNonNull(status, "status is null");
        requireNonNull(seen, "seen is null");
        requireNonNull(why, "why is null");
        actions = List.copyOf(actions);
        proofs = List.copyOf(proofs);
    }
}
