package dev.gpudiag.agent.top;

/** How a piece of a line looks where colour is allowed; it is never the only signal. */
enum Tone {
    PLAIN(""),
    HEADING("7"),
    DIM("2"),
    WARNING("1;33"),
    CRITICAL("1;31");

    private final String code;

    Tone(String code) {
        this.code = code;
    }

    String paint(String text) {
        return code.isEmpty() || text.isEmpty() ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
    }
}
