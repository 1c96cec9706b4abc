package dev.gpudiag.agent.model;

/** A file that is no model configuration; the message is for the user and names all that is wrong. */
public final class ModelConfigException extends Exception {

    private static final long serialVersionUID = 1L;

    public ModelConfigException(String message) {
        super(message);
    }
}
