package dev.gpudiag.agent.torch;

/** A file that is no memory snapshot, or that asks for more than a snapshot may; the message is one sentence. */
public final class TorchFileException extends Exception {

    private static final long serialVersionUID = 1L;

    public TorchFileException(String message) {
        super(message);
    }

    public TorchFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
