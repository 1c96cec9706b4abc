package dev.gpudiag.agent.state;

import java.io.IOException;

/** A file that is no baseline, with the reason in words. */
final class BaselineFormatException extends IOException {

    private static final long serialVersionUID = 1L;

    BaselineFormatException(String message) {
        super(message);
    }
}
