package dev.gpudiag.agent.cli;

/**
 * The command line asks for something that there is not: an unknown name, options that exclude each other, a file that
 * does not exist. Exit code 64; the message says everything that is wrong, without a stack trace.
 */
public final class UsageException extends Exception {

    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }
}
