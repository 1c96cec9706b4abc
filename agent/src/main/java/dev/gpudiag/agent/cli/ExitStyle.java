package dev.gpudiag.agent.cli;

import dev.gpudiag.checks.Status;

/** How a verdict becomes an exit code, for different callers. */
enum ExitStyle {
    /** 0 nothing wrong, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. */
    SEVERITY,
    /** node-problem-detector: 0 well, 1 a problem, 2 not known. */
    NPD,
    /** Always 0 once there is a verdict. */
    ZERO;

    int exitCode(Status verdict) {
        return switch (this) {
            case SEVERITY -> verdict.exitCode();
            case ZERO -> 0;
            case NPD ->
                switch (verdict) {
                    case SKIPPED, OK, INFO -> 0;
                    case WARNING, CRITICAL -> 1;
                    case UNKNOWN -> 2;
                };
        };
    }
}
