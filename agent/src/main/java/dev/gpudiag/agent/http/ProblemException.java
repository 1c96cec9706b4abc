package dev.gpudiag.agent.http;

/** A request that is answered by a problem ({@code application/problem+json}, RFC 9457). */
public final class ProblemException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int status;

    /**
     * @param status HTTP status code
     * @param detail one sentence for people
     */
    public ProblemException(int status, String detail) {
        super(detail);
        this.status = status;
    }

    /** HTTP status code. */
    public int status() {
        return status;
    }
}
