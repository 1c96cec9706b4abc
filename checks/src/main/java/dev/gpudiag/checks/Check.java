package dev.gpudiag.checks;

import java.util.List;

/**
 * One question about a node, answered from evidence alone.
 *
 * <p>Pure and thread-safe: no I/O, clock, logging or metrics. A check that throws is UNKNOWN; the others still run.
 */
public interface Check {

    CheckSpec spec();

    /** What was found, at least one finding; where nothing is wrong, one that is OK and says what was looked at. */
    List<Finding> evaluate(Evidence evidence);
}
