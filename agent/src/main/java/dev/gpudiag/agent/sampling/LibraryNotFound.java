package dev.gpudiag.agent.sampling;

/** No usable libnvidia-ml.so.1; the message says what was tried. */
public final class LibraryNotFound extends Exception {

    private static final long serialVersionUID = 1L;

    public LibraryNotFound(String message) {
        super(message);
    }
}
