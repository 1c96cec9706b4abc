package dev.gpudiag.agent.simulation;

/** A scenario that does not exist or is broken; the message is meant for the user, with file and line. */
public final class ScenarioException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ScenarioException(String message) {
        super(message);
    }
}
