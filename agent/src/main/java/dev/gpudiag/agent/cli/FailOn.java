package dev.gpudiag.agent.cli;

import dev.gpudiag.checks.Status;

/** The least verdict that fails the command, in the order UNKNOWN, WARNING, CRITICAL. */
enum FailOn {
    UNKNOWN(Status.UNKNOWN),
    WARNING(Status.WARNING),
    CRITICAL(Status.CRITICAL);

    private final Status least;

    FailOn(Status least) {
        this.least = least;
    }

    /** The verdict as an exit code sees it: OK where it is less than asked for. */
    Status seen(Status verdict) {
        return verdict.isProblem() && least.isWorseThan(verdict) ? Status.OK : verdict;
    }
}
