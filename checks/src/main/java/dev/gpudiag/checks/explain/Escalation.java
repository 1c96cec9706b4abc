package dev.gpudiag.checks.explain;

/** Who is asked for help, once what can be done now is done. */
public enum Escalation {
    /** Nothing has to be done. */
    NONE("", "nobody"),
    /** The owner of the workload. */
    RESTART("L1", "restart the workload"),
    /** Who operates the node. */
    RESET("L2", "drain the node and reset it"),
    /** Who services the hardware. */
    VENDOR("L3", "hardware vendor");

    private final String level;
    private final String text;

    Escalation(String level, String text) {
        this.level = level;
        this.text = text;
    }

    /** L1 to L3; empty for {@link #NONE}. */
    public String level() {
        return level;
    }

    public String text() {
        return text;
    }
}
