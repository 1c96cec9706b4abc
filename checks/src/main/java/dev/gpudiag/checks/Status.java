package dev.gpudiag.checks;

/** What a check says; in the order of what a reader must see first, least first. */
public enum Status {
    /** Does not apply, or the caller has no right or no history for it. */
    SKIPPED(0),
    OK(0),
    /** Worth knowing, nothing to do at night. */
    INFO(0),
    /** Evidence that should have come did not. */
    UNKNOWN(3),
    WARNING(1),
    CRITICAL(2);

    private final int exitCode;

    Status(int exitCode) {
        this.exitCode = exitCode;
    }

    /** Exit code of a command whose worst status is this. */
    public int exitCode() {
        return exitCode;
    }

    public boolean isWorseThan(Status other) {
        return compareTo(other) > 0;
    }

    public static Status worse(Status one, Status other) {
        return one.isWorseThan(other) ? one : other;
    }

    /** Whether somebody must look. */
    public boolean isProblem() {
        return exitCode != 0;
    }
}
