package dev.gpudiag.agent.client;

/** No answer from an agent; the message is one sentence for people, and names the address. */
public final class AgentException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** Why there is none. */
    public enum Kind {
        /** Nobody listens there. */
        NOT_RUNNING,
        /** There is a socket, and this user may not connect to it. */
        NO_PERMISSION,
        /** Somebody listens and gave no whole answer in time. */
        TIMED_OUT,
        /** What answers is another program. */
        NOT_AN_AGENT,
        /** The agent answered that it will not, or cannot; {@link AgentException#status()} says how. */
        REFUSED,
        /** The connection broke, or its answer could not be read. */
        FAILED
    }

    private final int status;

    AgentException(Kind kind, String message) {
        this(kind, 0, message);
    }

    AgentException(Kind kind, int status, String message) {
        super(message);
        this.kind = kind;
        this.status = status;
    }

    public Kind kind() {
        return kind;
    }

    /** HTTP status of a refusal, else 0. */
    public int status() {
        return status;
    }
}
