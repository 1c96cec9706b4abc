package dev.gpudiag.agent.sampling;

/** The driver is not asked, since somebody who asked it has not come back; the message says who. */
public final class DriverLeftAlone extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    public DriverLeftAlone(String message) {
        super(message);
    }
}
