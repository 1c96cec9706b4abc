package dev.gpudiag.agent.state;

import java.util.Map;
import java.util.TreeMap;

/**
 * Which parts of the state can be kept and which not, for the log, the metrics and the page.
 *
 * <p>Logs when that changes, never each time. Thread-safe.
 */
public final class StateHealth {

    private static final System.Logger LOG = System.getLogger("gpudiag.state");

    private final Map<String, String> problems = new TreeMap<>();

    /** A part that was saved. */
    public synchronized void saved(String store) {
        String before = problems.put(store, "");
        if (before != null && !before.isEmpty()) {
            LOG.log(System.Logger.Level.INFO, "{0}: saved again", store);
        }
    }

    /**
     * A part that could not be saved.
     *
     * @param problem one sentence with the path
     */
    public synchronized void failed(String store, String problem) {
        if (!problem.equals(problems.put(store, problem))) {
            LOG.log(System.Logger.Level.WARNING, "{0} not saved: {1}", store, problem);
        }
    }

    /** What is wrong with each part that was tried; an empty sentence for one that is well. */
    public synchronized Map<String, String> stores() {
        return Map.copyOf(problems);
    }
}
