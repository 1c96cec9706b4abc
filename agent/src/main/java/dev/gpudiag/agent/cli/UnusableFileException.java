package dev.gpudiag.agent.cli;

/**
 * A file exists but cannot be used: a broken configuration, scenario or capture, a library that is not NVML. Exit code
 * 78; the message says everything that is wrong, without a stack trace.
 */
public final class UnusableFileException extends Exception {

    private static final long serialVersionUID = 1L;

    public UnusableFileException(String message) {
        super(message);
    }

    public UnusableFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
