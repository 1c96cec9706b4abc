package dev.gpudiag.agent.replay;

/** A file cannot be replayed; the message names the file and the place in it, and is fit for a user. */
public final class ReplayException extends Exception {

    private static final long serialVersionUID = 1L;

    public ReplayException(String message) {
        super(message);
    }

    public ReplayException(String message, Throwable cause) {
        super(message, cause);
    }
}
