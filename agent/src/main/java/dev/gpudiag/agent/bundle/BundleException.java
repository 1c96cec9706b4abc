package dev.gpudiag.agent.bundle;

/** A bundle that cannot be written; the message is for the user. */
public final class BundleException extends Exception {

    private static final long serialVersionUID = 1;

    BundleException(String message, Throwable cause) {
        super(message, cause);
    }
}
