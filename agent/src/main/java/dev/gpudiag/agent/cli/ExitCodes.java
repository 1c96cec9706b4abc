package dev.gpudiag.agent.cli;

/** Exit codes beside those of a verdict (0 to 3), in the numbers of sysexits.h. */
final class ExitCodes {

    static final int OK = 0;

    /** The command line: unknown command, check, flag or scenario, options that exclude each other, no such file. */
    static final int USAGE = 64;

    /** A bug in gpudiag. */
    static final int BUG = 70;

    /** A file that exists and cannot be used. */
    static final int CONFIGURATION = 78;

    private ExitCodes() {}
}
