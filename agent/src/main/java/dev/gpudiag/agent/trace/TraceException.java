package dev.gpudiag.agent.trace;

/** A file that is no trace of used memory; the message names the line and says what was expected. */
public final class TraceException extends Exception {

    private static final long serialVersionUID = 1L;

    public TraceException(String message) {
        super(message);
    }
}
