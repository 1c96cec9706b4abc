package dev.gpudiag.agent.state;

import java.io.IOException;

/** A file that is no state of growth, with the reason in words. */
final class GrowthFormatException extends IOException {

    private static final long serialVersionUID = 1L;

    GrowthFormatException(String message) {
        super(message);
    }
}
