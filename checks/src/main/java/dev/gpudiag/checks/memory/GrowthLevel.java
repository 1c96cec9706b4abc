package dev.gpudiag.checks.memory;

import java.util.Arrays;

/** How sure it is that memory leaks, in rising order. */
public enum GrowthLevel {
    /** No growth that goes on, or too little history to tell. */
    NONE(0),
    /** Memory grows steadily; a cache that fills looks the same. Worth showing, not worth an alert. */
    SUSPECT(1),
    /** Growth has lasted longer, or begun more abruptly, than what harmless programs do. */
    LIKELY(2),
    /** Growth has outlasted a working day, or half a daily cycle. */
    CONFIRMED(3);

    private final int code;

    GrowthLevel(int code) {
        this.code = code;
    }

    /** 0 for none to 3 for confirmed, for metrics and saved states. */
    public int code() {
        return code;
    }

    static GrowthLevel ofCode(int code) {
        return Arrays.stream(values())
                .filter(level -> level.code == code)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no level " + code));
    }
}
