package dev.gpudiag.agent.image;

/** A file that is no image that can be read; the message is for the user. */
public final class ImageException extends Exception {

    private static final long serialVersionUID = 1L;

    public ImageException(String message) {
        super(message);
    }
}
