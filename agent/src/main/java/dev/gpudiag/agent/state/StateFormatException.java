package dev.gpudiag.agent.state;

import java.io.IOException;

/** A file that holds no state that this gpudiag can read, with the reason in words. */
public final class StateFormatException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int version;

    public StateFormatException(String message) {
        this(message, 0);
    }

    private StateFormatException(String message, int version) {
        super(message);
        this.version = version;
    }

    /** A file whose form is newer than what this gpudiag knows: it is good, for another. */
    public static StateFormatException newer(int version) {
        return new StateFormatException("written by a newer gpudiag (schema_version " + version + ")", version);
    }

    /** What the file is called once it has been set aside: a newer one is worth keeping apart from broken ones. */
    String suffix() {
        return version == 0 ? ".broken" : ".v" + version;
    }

    /** Whether it is good for a newer gpudiag, and must survive whatever comes after it. */
    public boolean isNewer() {
        return version != 0;
    }
}
